// What each diagnostic code means, for engagectl help CODE.
#include "config/diagnostic_codes.h"

#include <strings.h>

#include "engine/base/invariant.h"

static const struct {
    const char *code;
    enum diagnostic_severity severity;
    const char *title;
} codes[] = {
#define X(code, severity, title) [DIAGNOSTIC_##code] = {#code, SEVERITY_##severity, title},
    DIAGNOSTIC_TABLE(X)
#undef X
};

#define EXPLAIN(code, text) [DIAGNOSTIC_##code] = text

static const char *const explanations[DIAGNOSTIC_CODE_COUNT] = {
    EXPLAIN(
        E0101,
        "The file is not YAML that can be read: a bracket or quote left open, a tab used "
        "for indentation, a line indented less than its neighbours. The place is where "
        "reading stopped; the cause is often on the line before."),
    EXPLAIN(
        E0102,
        "The file holds bytes that are not UTF-8. Save it as UTF-8 without changing "
        "anything else; the place names the first such byte."),
    EXPLAIN(
        E0103,
        "A file may have at most 1 MiB, 100,000 values and keys, and 10,000 of the escapes "
        "\\L and \\P. Split it: all files below the directory of rules are read together, so "
        "a part may move to a file of its own."),
    EXPLAIN(E0104, "Mappings and lists may be nested at most 32 deep."),
    EXPLAIN(
        E0105,
        "A file holds one YAML document. What stands behind a line of three dashes "
        "belongs into a file of its own."),
    EXPLAIN(
        E0106,
        "The same key stands twice in one mapping, and only one of the values could "
        "count. Remove one, or rename it if both were meant."),
    EXPLAIN(
        E0107,
        "Anchors (&name) and aliases (*name) make a file mean something else than it "
        "shows at that place. Write the value out. A text that starts with & or * needs "
        "quotes."),
    EXPLAIN(
        E0108,
        "The merge key << is not allowed, for the reason anchors are not (E0107). Write "
        "the keys out."),
    EXPLAIN(
        E0109,
        "Tags (!name, !!str) are not allowed. Quote a value to make it text. A text that "
        "starts with ! needs quotes. Directives that name tags do nothing here; there may be "
        "16, of 256 bytes at most."),
    EXPLAIN(
        E0110,
        "A key must be plain text, not a mapping, a list or nothing. Braces in an "
        "unquoted value are often the cause: quote values like \"{{ contact.name }}\"."),
    EXPLAIN(
        E0111,
        "The file or directory could not be read; the message has the system's reason. "
        "Check that it exists and that the daemon's user may read it."),
    EXPLAIN(
        E0201,
        "This key means nothing here. Unknown keys are errors, because a mistyped key "
        "that is skipped silently looks like a setting that does not work."),
    EXPLAIN(
        E0202,
        "The value has the wrong form: a mapping (key: value), a list (- item) or a "
        "single value was expected."),
    EXPLAIN(
        E0203,
        "No contact or event field has this name. Contact fields are declared under "
        "`contact: fields:`, the data of an event under `events:` or in the built-in "
        "catalogue."),
    EXPLAIN(E0204, "A key that has no default is missing."),
    EXPLAIN(
        E0205,
        "Names are unique per kind over the whole directory of rules. The note says "
        "where the name is defined first."),
    EXPLAIN(
        E0206,
        "No event has this type. Events are declared under `events:`; many come built "
        "in with the catalogue."),
    EXPLAIN(E0208, "No list has this name. Declare it under `lists:`."),
    EXPLAIN(E0209, "No action has this name. Declare it under `actions:`."),
    EXPLAIN(
        E0211,
        "A name starts with a letter and goes on with letters, digits, '-' and '_'; the "
        "names of events have dots between such parts."),
    EXPLAIN(
        E0212,
        "Not one of the types that data and fields may have. `optional` before a type "
        "says that the value may be absent."),
    EXPLAIN(E0213, "The value does not have the type declared for it."),
    EXPLAIN(E0214, "Only certain words are possible here; the note lists them."),
    EXPLAIN(
        E0215, "Only one of these keys can be given at a time, or one needs another beside it."),
    EXPLAIN(
        E0216,
        "This would change something built in, which other programs rely on. Choose "
        "another name."),
    EXPLAIN(E0217, "The action does not declare a parameter of this name under its `with:`."),
    EXPLAIN(
        E0219,
        "A rule names a group that its score does not have under `groups:`. A group belongs to one "
        "score."),
    EXPLAIN(
        E0220,
        "A score or a segment reads itself, by way of others: which of them should come first? The "
        "notes show the way round; leave out one of its steps."),
    EXPLAIN(E0221, "No counter has this name. Declare it under `counters:`."),
    EXPLAIN(E0222, "No score has this name. Declare it under `scores:`."),
    EXPLAIN(E0223, "No segment has this name. Declare it under `segments:`."),
    EXPLAIN(
        E0224,
        "A test names a workflow, or a rule of a score, that there is none of. Rules are named "
        "with their score, `engagement/opened`, or by their own name where no other has it."),
    EXPLAIN(
        E0225,
        "A test names a step that does not emit this action in the workflow, or in any workflow "
        "where none is named. A step without an `id` has its number in the workflow, from 1."),
    EXPLAIN(
        E0226,
        "A test expects something of a contact that neither its own `contact` nor any of its "
        "events names."),
    EXPLAIN(
        E0227,
        "A `goto` leads back to itself without a wait for a time or an event on the way: the run "
        "would never come to rest. Put a `wait` into the loop."),
    EXPLAIN(
        E0235,
        "No team has this name, or the team has no member of this name. Declare teams and their "
        "members under `teams:`."),
    EXPLAIN(
        E0228,
        "This event changes the contact, or says that the engine has changed something; only who "
        "sends events, or the engine itself, may make it. Declare an event of your own under "
        "`events:`, or use `set`, `tag`, `list` and `points`."),
    EXPLAIN(
        E0232,
        "No action has this channel, so that its limit and its quiet hours would hold nothing "
        "back. The name is that of an action's `channel`."),
    EXPLAIN(E0233, "No object has this name. Declare it under `objects:`."),
    EXPLAIN(
        E0234,
        "`removed_by` names an event type that is in `on` as well, by itself or in a family as "
        "`deal.*`: an event cannot both make an object and remove it. Name the types of `on` one "
        "by one."),
    EXPLAIN(
        E0240,
        "`implies` names another event type, not one that the engine makes or acts on itself, and "
        "under `same` members of the data of both, as `data.message`: by their values it is the "
        "same event."),
    EXPLAIN(
        E0241,
        "`cron` has five fields: minute, hour, day of the month, month, day of the week. A field "
        "is *, a "
        "number, a name (jan, mon), a range (1-5) or a list (1,3), with steps (*/15). \"0 9 * * "
        "mon-fri\" is "
        "at nine on weekdays."),
    EXPLAIN(
        E0301,
        "This belongs to the language, but this version cannot do it yet. It is refused "
        "rather than ignored, so that rules never do less than they say."),
    EXPLAIN(E0302, "Expressions belong to the language, but this version takes constants only."),
    EXPLAIN(
        E0303,
        "Templates ({{ … }}) belong to the language, but this version takes plain text "
        "only."),
    EXPLAIN(E0401, "A whole number without quotes, unit or decimals is expected."),
    EXPLAIN(E0402, "The value lies outside the limits that the message states."),
    EXPLAIN(
        E0403,
        "A duration is a whole number with its unit, without a space: ms, s, m (minutes), "
        "h, d or w. Examples: 250ms, 36h, 30d."),
    EXPLAIN(
        E0404,
        "Only true and false are booleans, in lower case and without quotes. yes, no, on "
        "and off are text in YAML 1.2 and refused here to keep their meaning clear."),
    EXPLAIN(
        E0405,
        "Points are numbers with at most three decimals, without an exponent: 5, -2, "
        "0.125."),
    EXPLAIN(E0406, "The text is longer than is allowed at this place."),
    EXPLAIN(E0407, "There are more entries than are allowed at this place."),
    EXPLAIN(
        E0408,
        "Bands are written from the lowest to the highest, each with a limit of its own "
        "that is above the one before."),
    EXPLAIN(E0409, "The lower limit is above the upper one, so no value would be possible."),
    EXPLAIN(E0410, "Something must stand here: an empty text, mapping or list means nothing."),
    EXPLAIN(
        E0412,
        "The band starts above the maximum of the score, so no contact can ever be in "
        "it. Lower the band or raise `max`."),
    EXPLAIN(
        E0601,
        "Conditions and values are written in CEL (cel.dev). The place is where the expression "
        "stops "
        "making sense: a missing operand, parenthesis or quote, a word that is reserved. `and` is "
        "written &&, `or` is ||, `not` is !, `equals` is ==, and text stands in quotes."),
    EXPLAIN(
        E0602,
        "An expression has at most 65536 bytes, and its parts nest at most 250 deep. Chains of && "
        "and || may be as long as they like. The regular expressions of all rules together compile "
        "to at most 32768 instructions, and one more for each 16 bytes of the rules; a repetition "
        "such as {1,100} counts so many times, and each expression of its own eight beside. Names, "
        "literals and operators are 32768 at most, and one more for each 8 bytes of the rules; "
        "each expression counts three beside its own. Constants take 1000000 steps to work out at "
        "most, and one more for each byte."),
    EXPLAIN(
        E0603,
        "There is no function of this name. Functions that belong to a value stand behind it: "
        "data.url.contains(\"/promo\"). The language reference lists them all."),
    EXPLAIN(
        E0604,
        "The operator or the function does not take values of these types, or the whole has "
        "another "
        "type than is needed here: a condition is true or false, points are a number. int(), "
        "double(), string() and timestamp() convert."),
    EXPLAIN(
        E0605,
        "This argument is written out, and every evaluation with it must fail: a regular "
        "expression "
        "that RE2 refuses, a date that is none."),
    EXPLAIN(
        E0606,
        "The expression is well formed, and its evaluation failed: a member that is not there, a "
        "number beyond its range, a division by zero. In a rule this makes the condition not "
        "match, "
        "and is counted. has(contact.country) asks whether a member is there."),
    EXPLAIN(
        E0607,
        "Counters are counted before scores, segments and other counters are looked at, so their "
        "expressions read the event and the contact only. And `while`, `combine` and the `if` of a "
        "segment are about a contact at any time, so there is no event that they could read: what "
        "events brought is kept in fields, counters and scores."),
    EXPLAIN(
        W0504,
        "The directory holds no file that ends in .yaml or .yml, so the ruleset is "
        "empty: events are kept, and nothing is decided."),
    EXPLAIN(
        W0505,
        "The catalogue does not declare this member of the event's data. Events may carry "
        "more than is declared, so this is no error; but where it is missing, as with a "
        "mistyped name, it counts as one value for all events. Declare it under `events:`."),
    EXPLAIN(
        W0506,
        "What is live is looked at again when something it reads changes, and exactly when a "
        "comparison with `now` does: now - T < D, now > T and the like. This use of `now` (or of "
        "age()) is none of these, so each contact is looked at again at each full hour as well, "
        "and a change that is undone within the hour is not seen."),
    EXPLAIN(
        W0507,
        "The most that the rules of the score can give together, with their limits and groups, is "
        "less than where the band starts. Only points given by hand (contact.points_adjusted) "
        "could bring a contact there. Lower the band, or see which limit is too low."),
    EXPLAIN(
        W0508,
        "Whatever comes, the condition has the same outcome: a constant decides it, or two of its "
        "parts exclude each other (x == \"a\" && x == \"b\", n > 10 && n < 5). One that is never "
        "true switches its rule off; one that is always true may be left out."),
    EXPLAIN(
        W0509,
        "What is compared is never equal to this text. A field lists the values that it may have "
        "under `one_of:`; data of the engine's own events name a segment, a score, a band, a "
        "workflow, an action or an object of these rules; and event.type is one of those that the "
        "rule is about."),
    EXPLAIN(
        W0510,
        "A limit of points cuts the entry that goes beyond it. This one is below the points of "
        "each single entry, so that none is ever given in full."),
    EXPLAIN(
        W0511,
        "No run comes to this step: what stands before it ends the run or leads elsewhere, and no "
        "`goto` leads to it."),
    EXPLAIN(
        W0512,
        "An action waits until the window of its workflow is open, and nothing is sent during the "
        "quiet hours of its channel. This window is open during quiet hours only, of each action "
        "in "
        "the workflow: none of them is ever sent. Move the window or the quiet hours, or take one "
        "of them out."),
    EXPLAIN(
        W0513,
        "The type of the event that the step emits declares this member as one that is always "
        "there; an event that came in without it would be refused. Rules and workflows that read "
        "it fail where it is not. Give it in `data`, or declare it `optional` under `events:`."),
    EXPLAIN(
        C0001,
        "${NAME} stands for a variable of the environment, and this one is not set. Set "
        "it, or write ${NAME:-default}. Values are never guessed."),
    EXPLAIN(
        C0002,
        "A variable is written ${NAME} or ${NAME:-default}; names have letters, digits "
        "and '_'. Write $$ for a dollar sign."),
    EXPLAIN(
        C0003,
        "librdkafka can load libraries and run commands when certain properties say so. "
        "A configuration file must not be able to do that, so they are refused."),
    EXPLAIN(
        C0004,
        "The engine sets this property itself, because its promises (exactly once, no "
        "silent jump) depend on the value. The message says what takes its place."),
    EXPLAIN(
        C0005,
        "Whoever reaches the HTTP address can add events and read contacts. Beyond this "
        "machine that takes a token: set `http: token:`, best from the environment."),
    EXPLAIN(
        C0006,
        "An address is host:port, as 127.0.0.1:8480, [::1]:8480 or 0.0.0.0:8480; brokers "
        "are one or more of them with commas between."),
    EXPLAIN(
        C0007,
        "Two settings contradict each other, or one needs another; the message says "
        "which."),
    EXPLAIN(C0008, "The path is empty, too long or holds a character that a path cannot have."),
};

const char *diagnostic_code_text(enum diagnostic_code code)
{
    INVARIANT((size_t)code < DIAGNOSTIC_CODE_COUNT);
    return codes[code].code;
}

enum diagnostic_severity diagnostic_code_severity(enum diagnostic_code code)
{
    INVARIANT((size_t)code < DIAGNOSTIC_CODE_COUNT);
    return codes[code].severity;
}

const char *diagnostic_code_title(enum diagnostic_code code)
{
    INVARIANT((size_t)code < DIAGNOSTIC_CODE_COUNT);
    return codes[code].title;
}

const char *diagnostic_explain(struct bytes code)
{
    for (size_t i = 0; i < DIAGNOSTIC_CODE_COUNT; i++) {
        const char *candidate = codes[i].code;
        if (code.len == strlen(candidate) &&
            strncasecmp((const char *)code.data, candidate, code.len) == 0)
            return explanations[i];
    }
    return NULL;
}
