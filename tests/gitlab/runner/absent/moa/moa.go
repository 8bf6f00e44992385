package moa

import (
	"errors"

	"gitlab.com/gitlab-org/moa/ast"
)

func EscapeTemplate(s string) string { return s }

func ParseTemplate(string) (ast.Expr, error) { return nil, errors.New("built without expressions") }
