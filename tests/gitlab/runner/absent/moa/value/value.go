package value

import (
	"errors"
	"iter"
)

type Kind int

const (
	NullKind Kind = iota
	StringKind
	NumberKind
	BoolKind
	ArrayKind
	ObjectKind
)

var (
	ErrAttributeNotFound = errors.New("no such attribute")
	ErrInvalidKey        = errors.New("invalid key")
)

type Value struct{}

func Null() Value         { return Value{} }
func String(string) Value { return Value{} }
func Object(Mapper) Value { return Value{} }

func (Value) Kind() Kind               { return NullKind }
func (Value) String() string           { return "" }
func (v Value) WithMarks(uint16) Value { return v }
func (Value) HasMarks(uint16) bool     { return false }

type Mapper interface {
	All() iter.Seq2[Value, Value]
	Attr(string) (Value, error)
	Get(Value) (Value, error)
	Keys() iter.Seq[Value]
	Len() int
	Values() iter.Seq[Value]
	WithMarks(uint16) Mapper
}
