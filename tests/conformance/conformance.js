// Runs the public conformance suite through `engagectl eval --batch`.
//
//   node tests/conformance/conformance.js PACKAGE ENGAGECTL
//
// Prints a line for each file of the suite, and each case that comes out otherwise than it did. What must
// come of each file stands in expected.txt (UPDATE=1 writes it), and each case that differs in
// differences.txt, with the reason. Ends with "N passed, N failed, N skipped"; exit status 1 on a failure.
'use strict';

const {spawnSync} = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const {whatIsWrong} = require('./compare.js');
const {readConformance, readParsing} = require('./suite.js');

const expectedPath = path.join(__dirname, 'expected.txt');
const differencesPath = path.join(__dirname, 'differences.txt');

// FILE/CASE -> why it differs.
function readDifferences() {
    const rows = fs.readFileSync(differencesPath, 'utf8').split('\n');
    return new Map(rows.filter((row) => row !== '' && !row.startsWith('#')).map((row) => {
        const at = row.indexOf(': ');
        return [row.slice(0, at), row.slice(at + 2)];
    }));
}

// One answer for each case that can be asked; fewer when the program ended too early.
function answersOf(engagectl, cases) {
    const input = cases.map((one) => `${JSON.stringify(one.line)}\n`).join('');
    const ran = spawnSync(engagectl, ['eval', '--batch'], {input, maxBuffer: 1 << 28});
    if (ran.error) throw ran.error;
    if (ran.status !== 0) console.log(`engagectl ended with ${ran.status ?? ran.signal}: ${ran.stderr}`);
    return ran.stdout.toString().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
}

function countUp(map, key) {
    map.set(key, (map.get(key) ?? 0) + 1);
}

// Sets one.result of each case: passed, failed or skipped, with the reason.
function judge(cases, engagectl, differences) {
    const asked = cases.filter((one) => one.line);
    const answers = answersOf(engagectl, asked);
    asked.forEach((one, i) => {
        const wrong = whatIsWrong(one.expected, answers[i]);
        const known = differences.get(`${one.file}/${one.name}`);
        if (wrong === null && known === undefined) one.result = 'passed';
        else if (wrong !== null && known !== undefined) [one.result, one.why] = ['skipped', known];
        else [one.result, one.why] = ['failed', wrong ?? 'passes, but is listed in differences.txt'];
    });
    for (const one of cases.filter((other) => !other.line)) {
        [one.result, one.why] = ['skipped', `not applicable: ${one.notApplicable}`];
    }
}

// "logic: 30 passed, 1 failed, 2 skipped (1 not applicable: protobuf messages)"
function tableOf(cases) {
    const files = new Map();
    for (const one of cases) {
        if (!files.has(one.file)) files.set(one.file, {results: new Map(), reasons: new Map()});
        countUp(files.get(one.file).results, one.result);
        if (one.result === 'skipped') countUp(files.get(one.file).reasons, one.why);
    }
    return [...files].map(([file, {results, reasons}]) => {
        const counts = ['passed', 'failed', 'skipped'].map((name) => `${results.get(name) ?? 0} ${name}`);
        const whys = [...reasons].map(([why, count]) => `\n    ${count} ${why}`);
        return `${file}: ${counts.join(', ')}${whys.join('')}`;
    });
}

function main() {
    const [directory, engagectl] = process.argv.slice(2).map((name) => path.resolve(name));
    const cases = [...readConformance(directory), ...readParsing(directory)];
    judge(cases, engagectl, readDifferences());
    const table = `${tableOf(cases).join('\n')}\n`;
    process.stdout.write(table);
    const failures = cases.filter((one) => one.result === 'failed');
    for (const one of failures) {
        console.log(`not ok - ${one.file}/${one.name}: ${JSON.stringify(one.line)}\n    ${one.why}`);
    }
    if (process.env.UPDATE) fs.writeFileSync(expectedPath, table);
    let failed = failures.length;
    if (failed === 0 && fs.readFileSync(expectedPath, 'utf8') !== table) {
        console.log('not ok - the counts differ from those of tests/conformance/expected.txt (UPDATE=1 writes it)');
        failed = 1;
    }
    const count = (result) => cases.filter((one) => one.result === result).length;
    console.log(`${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`);
    process.exitCode = failed > 0 ? 1 : 0;
}

main();
