package client

import "time"

type State int

const (
	StateUnspecified State = iota
	StateSuccess
	StateCancelled
)

func (State) String() string { return "none" }

type ErrorKind int

const (
	ErrorNone ErrorKind = iota
	ErrorInternal
	ErrorStepFailure
	ErrorCancelled
	ErrorTimeout
	ErrorUnknown
)

type Status struct {
	State     State
	Message   string
	ErrorKind ErrorKind
}

type Variable struct {
	Key, Value   string
	File, Masked bool
}

type RunRequest struct {
	Id, WorkDir, BuildDir, Steps string
	Env                          map[string]string
	Variables                    []Variable
	Timeout                      *time.Duration
}
