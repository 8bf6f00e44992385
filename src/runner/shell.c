/* No runner that we know: a person's shell, or a CI whose steps are one. */
#include "runner/row.h"

static bool shell_here(void)
{
	return true;
}

static const char *shell_input(const char *name)
{
	return runner_input_variable(name, '-');
}

static const struct runner_place shell_places[] = { { 0 } };

const struct runner_row runner_shell = {
	.name = "shell",
	.here = shell_here,
	.input = shell_input,
	.places = shell_places,
};
