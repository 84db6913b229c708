# How speed and memory grow with contacts and with rules, one core. Sourced by run.
title "Growth with contacts: $CONTACTS_EVENTS events from a file, one core, process start to exit"
head_print
growth_contacts() {
    rules_make "$RULES"
    events_make "$CONTACTS_EVENTS" "$1"
    files_rows "contacts: $1" ''
    sample "$(calc "$own_median_kib / 1024")"
    row "memory at contacts: $1" MiB "$contacts of them seen"
    # What the main rows use stays.
    [ "$1:$CONTACTS_EVENTS" = "$CONTACTS:$EVENTS" ] || rm -f "$events"
}
for count in $GROWTH_CONTACTS; do growth_contacts "$count"; done

title "Growth with rules: $RULES_EVENTS events of 10000 contacts, one core, process start to exit"
head_print
growth_rules() {
    rules_make "$1"
    files_rows "rules: $1" ''
}
events_make "$RULES_EVENTS" 10000
for count in 10 100 1000 10000; do growth_rules "$count"; done
note 'Seven of the rules match; the others wait for types that do not come.'
rm -f "$events"
