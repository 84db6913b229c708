// A file that a command writes lines to.
#include "tools/engagectl/out_file.h"

#include <errno.h>
#include <string.h>

static enum err fault_of_errno(struct fault *fault, const char *path)
{
    enum err err = ERR_IO;
    if (errno == ENOSPC || errno == EDQUOT)
        err = ERR_NOSPACE;
    else if (errno == ENOENT || errno == ENOTDIR)
        err = ERR_MISSING;
    return fault_set(fault, err, "%s: cannot be written: %s", path, strerror(errno));
}

enum err out_file_open(const char *path, struct out_file *out, struct fault *fault)
{
    bool is_standard = strcmp(path, "-") == 0;
    FILE *stream = is_standard ? stdout : fopen(path, "we");
    if (stream == NULL)
        return fault_of_errno(fault, path);
    *out = (struct out_file){is_standard ? "standard output" : path, stream};
    return ERR_OK;
}

enum err out_file_add_line(struct out_file *out, struct bytes line, struct fault *fault)
{
    if (out->stream == NULL)
        return ERR_OK;
    if (fwrite(line.data, 1, line.len, out->stream) != line.len || fputc('\n', out->stream) == EOF)
        return fault_of_errno(fault, out->path);
    return ERR_OK;
}

enum err out_file_close(struct out_file *out, struct fault *fault)
{
    if (out->stream == NULL)
        return ERR_OK;
    enum err err = ERR_OK;
    if (fflush(out->stream) != 0)
        err = fault_of_errno(fault, out->path);
    if (out->stream != stdout && fclose(out->stream) != 0 && err == ERR_OK)
        err = fault_of_errno(fault, out->path);
    out->stream = NULL;
    return err;
}
