module example.invalid/gitlab-job

go 1.26.5

require (
	gitlab.com/gitlab-org/gitlab-runner v1.11.1-0.20260903214710-fc1f1862bd91 // 19.4.0
	gitlab.com/gitlab-org/labkit/v2 v2.29.2
	gitlab.com/gitlab-org/moa v0.0.0-20260427132849-fad5ad756fe7
	gitlab.com/gitlab-org/step-runner v0.44.0
)

// The module proxy does not serve these. What stands in for them can do nothing but be linked:
// native steps, job inputs and names of log fields are not what is tried here.
replace (
	gitlab.com/gitlab-org/labkit/v2 => ./absent/labkit
	gitlab.com/gitlab-org/moa => ./absent/moa
	gitlab.com/gitlab-org/step-runner => ./absent/step-runner
)

exclude github.com/moby/moby v28.5.2+incompatible
