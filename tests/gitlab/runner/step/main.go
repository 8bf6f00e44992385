// gitlab-step runs a step as GitLab's step runner does, by what is published of it: the two
// documents of step.yml, inputs with types and defaults, expressions, and the files for outputs and
// exports, one JSON object with name and value a line.
//
//	gitlab-step -file step.yml -inputs FILE
//
// The inputs are a JSON object. What the step prints goes to stderr; stdout gets one JSON object with
// outputs and exports. The exit code is the step's.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

type value struct {
	Type      string
	Default   any
	Sensitive bool
}

type specification struct {
	Spec struct{ Inputs, Outputs map[string]value }
}

type definition struct {
	Env  map[string]string
	Exec struct{ Command []string }
}

var (
	expression = regexp.MustCompile(`\$\{\{\s*([^}]*?)\s*\}\}`)
	identifier = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
	kinds      = map[string]reflect.Kind{
		"string": reflect.String, "boolean": reflect.Bool, "number": reflect.Float64,
	}
)

func main() {
	file := flag.String("file", "", "the step")
	inputs := flag.String("inputs", "", "its inputs")
	flag.Parse()
	err := run(*file, *inputs)
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		os.Exit(failed.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gitlab-step:", err)
		os.Exit(1)
	}
}

func run(file, inputsFile string) error {
	spec, step, err := parse(file)
	if err != nil {
		return err
	}
	given := map[string]any{}
	text, err := os.ReadFile(inputsFile)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &given); err != nil {
		return err
	}
	inputs, err := check("input", spec.Spec.Inputs, given)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "step-runner-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	names := map[string]string{
		"output_file": filepath.Join(dir, "output"), "export_file": filepath.Join(dir, "export"),
	}
	for name, one := range inputs {
		names["inputs."+name] = fmt.Sprint(one)
	}
	if err := execute(step, names); err != nil {
		return err
	}
	written, err := read(names["output_file"])
	if err != nil {
		return err
	}
	outputs, err := check("output", spec.Spec.Outputs, written)
	if err != nil {
		return err
	}
	exports, err := read(names["export_file"])
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"outputs": outputs, "exports": exports})
}

// parse reads the two documents, and refuses what neither may hold.
func parse(file string) (spec *specification, step *definition, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&spec); err != nil {
		return nil, nil, err
	}
	err = decoder.Decode(&step)
	return spec, step, err
}

// check gives every declared value: the one given, else the default; of the declared type.
func check(what string, declared map[string]value, given map[string]any) (map[string]any, error) {
	all := map[string]any{}
	for name, one := range given {
		spec, found := declared[name]
		if !found {
			return nil, fmt.Errorf("%s %q is not declared", what, name)
		}
		if one == nil || reflect.TypeOf(one).Kind() != kinds[spec.Type] {
			return nil, fmt.Errorf("%s %q is no %s", what, name, spec.Type)
		}
		all[name] = one
	}
	for name, spec := range declared {
		if !identifier.MatchString(name) || kinds[spec.Type] == 0 {
			return nil, fmt.Errorf("%s %q: a bad name, or a bad type", what, name)
		}
		if _, found := all[name]; found {
			continue
		}
		if spec.Default == nil {
			return nil, fmt.Errorf("%s %q is missing", what, name)
		}
		all[name] = spec.Default
	}
	return all, nil
}

func execute(step *definition, names map[string]string) error {
	for _, file := range []string{"output_file", "export_file"} {
		if err := os.WriteFile(names[file], nil, 0o660); err != nil {
			return err
		}
	}
	var command []string
	for _, argument := range step.Exec.Command {
		expanded, err := expand(argument, names)
		if err != nil {
			return err
		}
		command = append(command, expanded)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = os.Environ()
	for name, text := range step.Env {
		expanded, err := expand(text, names)
		if err != nil {
			return err
		}
		cmd.Env = append(cmd.Env, name+"="+expanded)
	}
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}

func expand(text string, names map[string]string) (expanded string, err error) {
	expanded = expression.ReplaceAllStringFunc(text, func(match string) string {
		name := expression.FindStringSubmatch(match)[1]
		one, found := names[name]
		if !found {
			err = fmt.Errorf("nothing is called %q", name)
		}
		return one
	})
	return expanded, err
}

func read(file string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	all := map[string]any{}
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		var line struct {
			Name  *string
			Value any
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, err
		}
		if line.Name == nil || line.Value == nil || !identifier.MatchString(*line.Name) {
			return nil, fmt.Errorf("a line without a name or a value, or with a bad name")
		}
		all[*line.Name] = line.Value
	}
	return all, lines.Err()
}
