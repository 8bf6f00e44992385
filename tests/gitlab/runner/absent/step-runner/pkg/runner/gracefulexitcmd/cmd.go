package gracefulexitcmd

import (
	"context"
	"os/exec"
	"time"
)

type Cmd struct{ *exec.Cmd }

func New(ctx context.Context, delay time.Duration, name string, args ...string) *Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = delay
	return &Cmd{cmd}
}
