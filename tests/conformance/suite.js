// The public conformance suite of CEL, as the npm package @bufbuild/cel-spec carries it, as lines for
// `engagectl eval --batch` with what must come of each.
//
// In the package a case is a message cel.expr.conformance.test.SimpleTest in protobuf's JSON, beside what
// cel-go's parser and checker made of it ("ast", "type").
'use strict';

const path = require('node:path');

// Expressions without the text of their strings and comments: names in those mean nothing.
function withoutText(expr) {
    const strings = /[rRbB]{0,2}("""[^]*?"""|'''[^]*?'''|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*')/g;
    return expr.replace(strings, '""').replace(/\/\/.*/g, '');
}

const PRIMITIVES = {
    BOOL: 'bool', INT64: 'int', UINT64: 'uint', DOUBLE: 'double', STRING: 'string', BYTES: 'bytes',
};
const MESSAGES = {'google.protobuf.Timestamp': 'timestamp', 'google.protobuf.Duration': 'duration'};

class NotApplicable extends Error {}

// cel.expr.Type as text.
function typeText(type) {
    const [kind, value] = Object.entries(type)[0];
    switch (kind) {
    case 'primitive': return PRIMITIVES[value];
    case 'null': return 'null';
    case 'dyn': return 'dyn';
    case 'listType': return `list(${typeText(value.elemType)})`;
    case 'mapType': return `map(${typeText(value.keyType)}, ${typeText(value.valueType)})`;
    case 'type': return `type(${typeText(value)})`;
    case 'wellKnown':
        if (value === 'ANY') throw new NotApplicable('protobuf messages');
        return value.toLowerCase();
    case 'messageType':
        if (value in MESSAGES) return MESSAGES[value];
        throw new NotApplicable('protobuf messages');
    case 'wrapper': throw new NotApplicable('protobuf messages');
    case 'abstractType': throw new NotApplicable(
        value.name === 'optional_type' ? 'optional types' : 'types of the host');
    default: throw new Error(`a type of an unknown kind: ${kind}`);
    }
}

function doubleText(value) {
    return Object.is(Number(value), -0) ? '-0' : String(Number(value));
}

// cel.expr.Value as a typed value.
function typedValue(value) {
    const [kind, inner] = Object.entries(value)[0];
    switch (kind) {
    case 'nullValue': return {type: 'null', value: null};
    case 'boolValue': return {type: 'bool', value: inner};
    case 'int64Value': return {type: 'int', value: String(inner)};
    case 'uint64Value': return {type: 'uint', value: String(inner)};
    case 'doubleValue': return {type: 'double', value: doubleText(inner)};
    case 'stringValue': return {type: 'string', value: inner};
    case 'bytesValue': return {type: 'bytes', value: inner};
    case 'typeValue': return {type: 'type', value: inner};
    case 'listValue': return {type: 'list', value: (inner.values ?? []).map(typedValue)};
    case 'mapValue': return {
        type: 'map',
        value: (inner.entries ?? []).map((entry) => [typedValue(entry.key), typedValue(entry.value)]),
    };
    case 'objectValue': {
        const name = inner['@type'].replace(/^type\.googleapis\.com\//, '');
        if (!(name in MESSAGES)) throw new NotApplicable('protobuf messages');
        return {type: MESSAGES[name], value: inner.value};
    }
    case 'enumValue': throw new NotApplicable('protobuf enums');
    default: throw new Error(`a value of an unknown kind: ${kind}`);
    }
}

// What the language leaves out, by what an expression of it looks like.
const LEFT_OUT = [
    ['cel.block', /\bcel\s*\.\s*(@block|block|index|iterVar|accuVar)\b/],
    ['protobuf extensions', /\bproto\s*\.\s*(hasExt|getExt)\b/],
    ['protobuf enums', /\b(GlobalEnum|NestedEnum)\b/],
    ['protobuf messages', /\b(TestAllTypes|NestedTestAllTypes|NestedMessage|TestRequired)\b/],
    ['protobuf messages', /\bgoogle\s*\.\s*protobuf\s*\.\s*(?!Timestamp\b|Duration\b)/],
    ['protobuf messages', /\b(?!in\b)[A-Za-z_]\w*\s*\{/],
    ['optional types', /\boptional(_type)?\b|\.\s*\?|\[\s*\?|[{,]\s*\?|\.(optMap|optFlatMap|orValue|or)\s*\(/],
];

function refuseLeftOut(original) {
    const code = withoutText(original.expr);
    for (const [reason, pattern] of LEFT_OUT) {
        if (pattern.test(code)) throw new NotApplicable(reason);
    }
}

function lineOf(original) {
    const line = {expr: original.expr};
    for (const declared of original.typeEnv ?? []) {
        if (declared.function) throw new NotApplicable('functions of the host');
        (line.env ??= {})[declared.name] = typeText(declared.ident.type);
    }
    for (const [name, bound] of Object.entries(original.bindings ?? {})) {
        (line.bindings ??= {})[name] = typedValue(bound.value);
    }
    if (original.container) line.container = original.container;
    if (original.disableCheck) line.disable_check = true;
    if (original.checkOnly) line.check_only = true;
    return line;
}

// What a case without any expectation expects is true.
function expectedOf(original) {
    if (original.evalError) return {error: true};
    const result = original.typedResult;
    if (!result) return {value: typedValue(original.value ?? {boolValue: true})};
    const expected = {type: typeText(result.deducedType)};
    if (result.result) expected.value = typedValue(result.result);
    return expected;
}

// cel-go's name of a type as ours.
function referenceType(text) {
    return text.replace(/google\.protobuf\.(Timestamp|Duration)/g, (name) => MESSAGES[name]);
}

function convert(test) {
    try {
        refuseLeftOut(test.original);
        const expected = expectedOf(test.original);
        const line = lineOf(test.original);
        // Where the suite itself is silent, the type that cel-go's checker finds is expected.
        if (test.type && !line.disable_check) expected.type ??= referenceType(test.type);
        return {line, expected};
    } catch (error) {
        if (error instanceof NotApplicable) return {notApplicable: error.message};
        throw error;
    }
}

function* testsOf(suite, names) {
    for (const test of suite.tests ?? []) yield [names, test];
    for (const inner of suite.suites ?? []) yield* testsOf(inner, [...names, inner.name]);
}

// All cases: {file, name, line, expected} or {file, name, notApplicable: why}. Names are unique in a file.
function readConformance(directory) {
    const {tests} = require(path.join(directory, 'dist/cjs/testdata/conformance.js'));
    const seen = new Map();
    const cases = [];
    for (const [names, test] of testsOf(tests, [])) {
        const name = [...names.slice(1), test.original.name].join('/');
        const times = (seen.get(`${names[0]} ${name}`) ?? 0) + 1;
        seen.set(`${names[0]} ${name}`, times);
        cases.push({file: names[0], name: times > 1 ? `${name}#${times}` : name, ...convert(test)});
    }
    return cases;
}

// The texts that cel-go's tests of its parser go through: what it parses must parse, what it does not
// must not.
function readParsing(directory) {
    const {tests} = require(path.join(directory, 'dist/cjs/testdata/parsing.js'));
    return [...testsOf(tests, [])].map(([, test], index) => {
        const {expr} = test.original;
        const left = convert({original: {expr}}).notApplicable;
        const one = {file: 'cel-go parser', name: String(index + 1)};
        if (left) return {...one, notApplicable: left};
        return {...one, line: {expr, check_only: true}, expected: {parses: test.ast !== undefined}};
    });
}

module.exports = {readConformance, readParsing};
