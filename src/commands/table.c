#include "commands/command.h"

#include <string.h>

const struct command commands[] = {
	{ "action", "", "the action's main step: fetch, mask, hand over", cmd_action,
	  .failed = action_failed, .needs_settings = true, .runner_step = true },
	{ "post", "", "the action's post step: revoke every token, remove the state",
	  cmd_post, .needs_settings = true, .runner_step = true, .after_main = true },
	{ "get", "[--format F] [--min-ttl S] [--force]",
	  "print a valid token; fetch only when needed", cmd_get, .options = get_options,
	  .needs_settings = true, .failed = get_failed },
	{ "exec", "[--redact] [--min-ttl S] -- CMD...",
	  "run CMD with the token in its environment, without the secrets", cmd_exec,
	  .options = exec_options, .takes_command = true, .needs_settings = true,
	  .failure = 125 },
	{ "refresh", "[--detach]", "keep the stored token fresh until told to stop",
	  cmd_refresh, .prepare = refresh_prepare, .failed = refresh_failed,
	  .options = refresh_options, .needs_settings = true },
	{ "api", "[METHOD] PATH",
	  "an authenticated call, with renewal, waiting and paging", cmd_api,
	  .options = api_options, .needs_settings = true, .positional_max = 2 },
	{ "stop", "", "what post does, for other runners and for people", cmd_post,
	  .needs_settings = true },
	{ "status", "[--json]", "what is stored, and how long it lasts", cmd_status,
	  .options = status_options, .needs_settings = true },
	{ "doctor", "[--json]", "check settings, network, clock and credentials",
	  cmd_doctor, .options = doctor_options },
	{ "providers", "[--json]", "the known vendors, regions and hosts", cmd_providers,
	  .options = providers_options },
	{ "version", "[--json]", "version, and what it was built with", cmd_version,
	  .options = version_options },
	{ "help", "[CMD]", "this help, or that of a command", cmd_help,
	  .options = help_options, .positional_max = 1 },
};
const size_t command_count = ARRAY_LEN(commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}
