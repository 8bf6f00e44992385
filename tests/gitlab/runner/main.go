// gitlab-job runs one job of a pipeline by gitlab-runner's own code, as its service does when the
// coordinator gives it a job: the same containers, volumes, services, variables, shells, masking
// and cancelling. It stands in for the coordinator alone.
//
//	gitlab-job -pipeline FILE -job NAME -variables FILE [-executor docker|shell] [-volume V]...
//
// The pipeline is YAML without include, extends and !reference, as `gitlab-ci-local --preview`
// prints it. The variables are those of the project's settings, a JSON object of strings; all are
// masked, and none is expanded. The job's log goes to stdout. INT cancels the job, as the button in
// GitLab does. The exit code is 0 when the job succeeds, else 1.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/sirupsen/logrus"
	"go.yaml.in/yaml/v3"

	"gitlab.com/gitlab-org/gitlab-runner/common"
	"gitlab.com/gitlab-org/gitlab-runner/common/spec"
	"gitlab.com/gitlab-org/gitlab-runner/executors/docker"
	"gitlab.com/gitlab-org/gitlab-runner/executors/shell"
	_ "gitlab.com/gitlab-org/gitlab-runner/shells"
)

// lines is a list of strings, each of which may be a list again, or one string alone.
type lines []string

func (l *lines) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*l = append(*l, node.Value)
		return nil
	}
	for _, one := range node.Content {
		if err := l.UnmarshalYAML(one); err != nil {
			return err
		}
	}
	return nil
}

// image is the name alone, or a mapping.
type image struct {
	Name       string
	Alias      string
	Entrypoint []string
	Command    []string
	Variables  map[string]string
	Docker     struct{ User string }
}

func (i *image) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		i.Name = node.Value
		return nil
	}
	type plain image
	return node.Decode((*plain)(i))
}

func (i *image) spec() spec.Image {
	return spec.Image{
		Name: i.Name, Alias: i.Alias, Entrypoint: i.Entrypoint, Command: i.Command,
		Variables: ofJob(i.Variables),
		ExecutorOptions: spec.ImageExecutorOptions{
			Docker: spec.ImageDockerOptions{User: spec.StringOrInt64(i.Docker.User)},
		},
	}
}

type job struct {
	Image        image
	Services     []image
	Variables    map[string]string
	BeforeScript lines `yaml:"before_script"`
	Script       lines
	AfterScript  lines `yaml:"after_script"`
}

type volumes []string

func (v *volumes) String() string     { return strings.Join(*v, " ") }
func (v *volumes) Set(s string) error { *v = append(*v, s); return nil }

func main() {
	pipeline := flag.String("pipeline", "", "the expanded pipeline")
	name := flag.String("job", "", "the job's name in it")
	settings := flag.String("variables", "", "the project's variables")
	executor := flag.String("executor", "docker", "docker or shell")
	helper := flag.String("helper", "", "the helper image")
	builds := flag.String("builds", "", "the builds directory, for shell")
	id := flag.Int64("id", int64(os.Getpid()), "the job's number")
	var mounts volumes
	flag.Var(&mounts, "volume", "as in the runner's configuration")
	flag.Parse()
	logrus.SetOutput(io.Discard)
	if err := run(*pipeline, *name, *settings, *executor, *helper, *builds, *id, mounts); err != nil {
		fmt.Fprintln(os.Stderr, "gitlab-job:", err)
		os.Exit(1)
	}
}

func run(pipeline, name, settings, executor, helper, builds string, id int64, mounts volumes) error {
	theirs, err := read(pipeline, name)
	if err != nil {
		return err
	}
	project := map[string]string{}
	if err := decode(settings, json.Unmarshal, &project); err != nil {
		return err
	}
	provider, err := providerOf(executor)
	if err != nil {
		return err
	}
	config := &common.RunnerConfig{
		Name:              "test",
		RunnerCredentials: common.RunnerCredentials{URL: "https://gitlab.example", Token: "glrt-0123456789"},
		RunnerSettings: common.RunnerSettings{
			Executor:  executor,
			BuildsDir: builds,
			Docker: &common.DockerConfig{
				NetworkMode:            "host",
				PullPolicy:             common.StringOrArray{common.PullPolicyIfNotPresent},
				HelperImage:            helper,
				Volumes:                mounts,
				WaitForServicesTimeout: -1,
			},
		},
	}
	data, err := provider.Acquire(config)
	if err != nil {
		return err
	}
	defer provider.Release(config, data)
	build, err := common.NewBuild(request(theirs, project, name, id), config, make(chan os.Signal), data, provider)
	if err != nil {
		return err
	}
	trace := &common.Trace{Writer: os.Stdout}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, syscall.SIGINT)
	go func() {
		<-interrupts
		trace.Cancel()
	}()
	return build.Run(context.Background(), common.NewConfig(), trace)
}

func providerOf(executor string) (common.ExecutorProvider, error) {
	switch executor {
	case "docker":
		return docker.NewProvider(), nil
	case "shell":
		// The shells call it for artifacts and caches, which no job here has.
		return shell.NewProvider("/bin/false"), nil
	}
	return nil, fmt.Errorf("no such executor: %s", executor)
}

func decode(path string, unmarshal func([]byte, any) error, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return unmarshal(text, into)
}

func read(path, name string) (*job, error) {
	keys := map[string]yaml.Node{}
	if err := decode(path, yaml.Unmarshal, &keys); err != nil {
		return nil, err
	}
	node, found := keys[name]
	if !found {
		return nil, fmt.Errorf("no job %q in %s", name, path)
	}
	// What the job sets comes over what the pipeline sets for all.
	one := job{Variables: map[string]string{}}
	if all, found := keys["variables"]; found {
		if err := all.Decode(&one.Variables); err != nil {
			return nil, err
		}
	}
	return &one, node.Decode(&one)
}

// ofJob are variables as .gitlab-ci.yml gives them: public and expanded.
func ofJob(values map[string]string) (all spec.Variables) {
	for key, value := range values {
		all = append(all, spec.Variable{Key: key, Value: value, Public: true})
	}
	slices.SortFunc(all, func(a, b spec.Variable) int { return strings.Compare(a.Key, b.Key) })
	return all
}

// request is what the coordinator answers to POST /api/v4/jobs/request.
func request(theirs *job, project map[string]string, name string, id int64) spec.Job {
	variables := ofJob(map[string]string{
		"CI": "true", "GITLAB_CI": "true", "CI_JOB_ID": fmt.Sprint(id), "CI_JOB_NAME": name,
		"CI_PROJECT_PATH": "group/project", "GIT_STRATEGY": "none",
	})
	variables = append(variables, ofJob(theirs.Variables)...)
	for key, value := range project {
		variables = append(variables, spec.Variable{Key: key, Value: value, Masked: true, Raw: true})
	}
	services := spec.Services{}
	for _, one := range theirs.Services {
		services = append(services, one.spec())
	}
	return spec.Job{
		ID:      id,
		Token:   "glcbt-64_0123456789",
		JobInfo: spec.JobInfo{Name: name, Stage: "test", ProjectID: 1, ProjectName: "project", ProjectFullPath: "group/project"},
		GitInfo: spec.GitInfo{
			RepoURL: "https://gitlab.example/group/project.git", Ref: "main", RefType: "branch",
			Sha: strings.Repeat("0", 40), BeforeSha: strings.Repeat("0", 40),
		},
		RunnerInfo: spec.RunnerInfo{Timeout: 600},
		Variables:  variables,
		Image:      theirs.Image.spec(),
		Services:   services,
		Steps: spec.Steps{
			{
				Name: spec.StepNameScript, Timeout: 600, When: spec.StepWhenOnSuccess,
				Script: spec.StepScript(append(slices.Clone(theirs.BeforeScript), theirs.Script...)),
			},
			{
				Name: spec.StepNameAfterScript, Timeout: 300, When: spec.StepWhenAlways, AllowFailure: true,
				Script: spec.StepScript(theirs.AfterScript),
			},
		},
	}
}
