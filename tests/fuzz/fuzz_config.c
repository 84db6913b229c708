// Any bytes as the daemon's configuration: loaded or refused, never a crash.
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "engine/base/invariant.h"
#include "engine/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *get_variable(void *self, const char *name)
{
    (void)self;
    return name[0] == 'A' ? "value" : name[0] == 'B' ? "" : NULL;
}

static void check_loaded(const struct config *config)
{
    INVARIANT(config->data != NULL && config->rules != NULL && config->zone != NULL);
    INVARIANT((config->dead_letters_file == NULL) == (config->dead_letters_kafka != NULL));
    INVARIANT(config->source_kafka.brokers == NULL || config->source_kafka.topic != NULL);
    INVARIANT((config->http_listen == NULL) == (config->http_host == NULL));
    INVARIANT(config->limits.frame_bytes >= 2 * config->limits.message_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct config_environment environment = {get_variable, NULL};
    struct diagnostics list = {0};
    struct config *config = NULL;
    struct buffer out = {0};
    enum err err = config_load("/etc/f.yaml", bytes_of(data, len), &environment, &list, &config);
    INVARIANT((err == ERR_OK) == (config != NULL));
    INVARIANT((err == ERR_OK) == (list.error_count == 0));
    if (config != NULL)
        check_loaded(config);
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_TEXT, &out);
    INVARIANT(text_is_utf8(buffer_bytes(&out)));
    buffer_free(&out);
    diagnostics_free(&list);
    config_destroy(config);
    return 0;
}
