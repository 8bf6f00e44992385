package fields

type deprecated struct{ Standard string }

var Deprecated map[string]deprecated

var VariantVersion map[string]int

const (
	HTTPStatusCode = "status"
	DurationS      = "duration_s"
)
