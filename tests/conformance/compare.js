// Whether an answer of `engagectl eval --batch` is what a case expects.
'use strict';

// Equal by type and value: a NaN equals a NaN, -0 and 0 differ, maps have no order.
function sameValue(a, b) {
    if (a?.type !== b?.type) return false;
    switch (a.type) {
    case 'double': return Object.is(Number(a.value), Number(b.value));
    case 'list':
        return a.value.length === b.value.length && a.value.every((item, i) => sameValue(item, b.value[i]));
    case 'map': return sameMap(a.value, b.value);
    case 'timestamp': return sameInstant(a.value, b.value);
    case 'duration': return nanosOf(a.value) === nanosOf(b.value);
    default: return a.value === b.value;
    }
}

function sameMap(a, b) {
    if (a.length !== b.length) return false;
    const left = [...b];
    return a.every(([key, value]) => {
        const at = left.findIndex((pair) => sameValue(pair[0], key) && sameValue(pair[1], value));
        if (at < 0) return false;
        left.splice(at, 1);
        return true;
    });
}

// "2009-02-13T23:31:30.500Z" and "2009-02-13T23:31:30.5Z" are one instant.
function sameInstant(a, b) {
    const shortest = (text) => text.replace(/(\.\d*?)0+Z$/, '$1Z').replace('.Z', 'Z');
    return shortest(a) === shortest(b);
}

function nanosOf(text) {
    const [, sign, seconds, fraction] = /^(-?)(\d+)(?:\.(\d{1,9}))?s$/.exec(text);
    const nanos = BigInt(seconds) * 1000000000n + BigInt((fraction ?? '').padEnd(9, '0'));
    return sign === '-' ? -nanos : nanos;
}

// null when the answer is as expected, else what is wrong.
function whatIsWrong(expected, answer) {
    if (answer === undefined) return 'no answer';
    if ('parses' in expected) {
        const parses = answer.phase !== 'parse';
        if (parses === expected.parses) return null;
        return parses ? 'parses' : `does not parse: ${answer.error}`;
    }
    if (expected.error) {
        return answer.phase === 'eval' ? null : `got ${JSON.stringify(answer)}, expected an error of the evaluation`;
    }
    if (answer.error !== undefined) return `${answer.phase} error: ${answer.error}`;
    if (expected.value && !sameValue(expected.value, answer.value)) {
        return `got ${JSON.stringify(answer.value)}, expected ${JSON.stringify(expected.value)}`;
    }
    if (expected.type && expected.type !== answer.type) {
        return `is of type ${answer.type}, expected ${expected.type}`;
    }
    return null;
}

module.exports = {sameValue, whatIsWrong};
