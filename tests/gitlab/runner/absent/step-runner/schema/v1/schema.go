package schema

type StepInputs map[string]any

type Step struct {
	Name   *string
	Step   any
	Inputs StepInputs
	Run    []Step
	Script *string
	Env    map[string]string
}
