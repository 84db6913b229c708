// Feeds a fuzz target the files named on the command line: the kept corpus, without a fuzzer.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { INPUT_BYTES_MAX = 16 << 20 };

static int file_feed(const char *path, uint8_t *buffer)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    size_t len = fread(buffer, 1, INPUT_BYTES_MAX, file);
    (void)fclose(file);

    // A copy of the exact length, so that a sanitizer sees a read behind its end.
    uint8_t *exact = malloc(len > 0 ? len : 1);
    if (exact == NULL)
        abort();
    for (size_t i = 0; i < len; i++)
        exact[i] = buffer[i];
    (void)LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    uint8_t *buffer = malloc(INPUT_BYTES_MAX);
    if (buffer == NULL)
        abort();

    int passed = 0;
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        if (file_feed(argv[i], buffer) == 0)
            passed++;
        else
            failed++;
    }
    free(buffer);
    (void)printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    return failed == 0 && passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
