#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/interrupt.h"

static const int passed_on[] = { SIGINT,  SIGTERM,  SIGHUP,  SIGQUIT, SIGUSR1,
				 SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT };

enum { PIPE_SIZE = 1024 * 1024 };

struct child_pipe {
	int read, write;
};

#define CHILD_PIPE_INIT ((struct child_pipe){ -1, -1 })
#define AUTO_PIPE	__attribute__((cleanup(child_pipe_close)))

static void child_pipe_close(const struct child_pipe *p)
{
	cleanup_close_fd(&p->read);
	cleanup_close_fd(&p->write);
}

static int child_pipe_open(struct child_pipe *ret, struct err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return err_sys(err, ERR_IO, errno, "can't make a pipe");
	*ret = (struct child_pipe){ fds[0], fds[1] };
	return 0;
}

static int child_pipe_output(struct child_pipe *ret, struct err *err)
{
	if (child_pipe_open(ret, err))
		return -1;
	fcntl(ret->read, F_SETFL, O_NONBLOCK);
	fcntl(ret->read, F_SETPIPE_SZ, PIPE_SIZE);
	return 0;
}

/* True where stdout and stderr lead to the same terminal, pipe or file. */
static bool child_is_one_file(void)
{
	struct stat out, err;

	return fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &err) == 0 &&
	       out.st_dev == err.st_dev && out.st_ino == err.st_ino;
}

/*
 * Blocks what child_tend() reads. What came before is in interrupt_pending(), so that no
 * signal falls between the two.
 */
static int child_block(struct child *c, sigset_t *ret_old, struct err *err)
{
	struct sigaction chld = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_LEN(passed_on); i++)
		sigaddset(&set, passed_on[i]);
	/* Where the caller ignores SIGCHLD, the kernel would throw the exit code away. */
	sigaction(SIGCHLD, &chld, NULL);
	sigprocmask(SIG_BLOCK, &set, ret_old);
	c->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (c->signals < 0)
		return err_sys(err, ERR_IO, errno, "signalfd");
	return interrupt_check(err);
}

/* In the new process: becomes the command, or tells the parent why not. */
static _Noreturn void child_become(char **argv, const struct child_pipe *out,
				   const struct child_pipe *errors, int report,
				   const sigset_t *mask, mode_t file_mask, pid_t parent)
{
	int errnum = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(128 + SIGKILL);
	if (out->write >= 0 &&
	    (dup2(out->write, STDOUT_FILENO) < 0 ||
	     dup2(errors->write >= 0 ? errors->write : out->write, STDERR_FILENO) < 0))
		errnum = errno;
	umask(file_mask);
	interrupt_restore();
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (!errnum) {
		execvp(argv[0], argv);
		errnum = errno;
	}
	while (write(report, &errnum, sizeof(errnum)) < 0 && errno == EINTR)
		;
	_exit(127);
}

/* 0 when the command runs; the pipe closes by itself then. */
static int child_started(const struct child *c, int report, const char *name,
			 struct err *err)
{
	int errnum = 0;
	ssize_t n;

	do
		n = read(report, &errnum, sizeof(errnum));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(errnum))
		return 0;
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	err_sys(err, errnum == ENOENT ? ERR_NO_COMMAND : ERR_NOT_EXECUTABLE, errnum,
		"can't run %s", name);
	if (errnum == ENOENT && access(name, F_OK) == 0)
		err_hint(err, "the file is there, but not the interpreter that its first "
			      "line names, or its loader");
	else if (errnum == ENOENT)
		err_hint(err, "check the name, and PATH");
	else if (errnum == ENOEXEC)
		err_hint(err, "start the script with a line such as #!/bin/sh");
	else if (errnum == EACCES)
		err_hint(err, "make it an executable file: chmod +x");
	return -1;
}

/*
 * The GitLab runner and others send TERM to the whole process group. Out of it we don't
 * get that ourselves and don't send it once more. A terminal is different: it stops and
 * continues a job by its group.
 */
static void child_leave_group(void)
{
	int tty = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (tty >= 0)
		close(tty);
	else
		setpgid(0, 0);
}

int child_start(struct child *ret, char **argv, bool piped, mode_t mask, struct err *err)
{
	AUTO_CHILD struct child c = CHILD_INIT;
	AUTO_PIPE struct child_pipe out = CHILD_PIPE_INIT, errors = CHILD_PIPE_INIT,
				    report = CHILD_PIPE_INIT;
	pid_t parent = getpid();
	sigset_t old;

	if ((piped && child_pipe_output(&out, err)) ||
	    (piped && !child_is_one_file() && child_pipe_output(&errors, err)) ||
	    child_pipe_open(&report, err) || child_block(&c, &old, err))
		return -1;
	c.pid = fork();
	if (c.pid < 0)
		return err_sys(err, ERR_IO, errno, "can't start a process");
	if (c.pid == 0)
		child_become(argv, &out, &errors, report.write, &old, mask, parent);
	cleanup_close_fd(&report.write);
	report.write = -1;
	if (child_started(&c, report.read, argv[0], err))
		return -1;
	child_leave_group();
	c.out = STEAL(out.read, -1);
	c.err = STEAL(errors.read, -1);
	*ret = c;
	c = CHILD_INIT;
	return 0;
}

static void child_reap(struct child *c)
{
	int status;
	pid_t pid;

	/* As PID 1 of a container all orphans are ours. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != c->pid)
			continue;
		c->ended = true;
		c->code =
			WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

/* By the kernel's own rules, which leave a process that nobody could continue running. */
static void child_stop_ourselves(void)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

void child_tend(struct child *c)
{
	struct signalfd_siginfo info;

	while (read(c->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		int sig = (int)info.ssi_signo;

		if (sig == SIGCHLD) {
			child_reap(c);
			continue;
		}
		if (info.ssi_code <= 0 && !c->ended)
			kill(c->pid, sig);
		if (sig == SIGTSTP)
			child_stop_ourselves();
	}
}

int child_wait(struct child *c)
{
	struct pollfd pfd = { .fd = c->signals, .events = POLLIN };

	while (!c->ended) {
		poll(&pfd, 1, -1);
		child_tend(c);
	}
	return c->code;
}

void child_release(struct child *c)
{
	cleanup_close_fd(&c->signals);
	cleanup_close_fd(&c->out);
	cleanup_close_fd(&c->err);
	*c = CHILD_INIT;
}
