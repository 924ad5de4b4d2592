package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A sink is an output stream that remembers that a write failed, so that a full disk or a closed pipe is told by the
// exit code although most of what prints doesn't ask.
type sink struct {
	to  io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.to.Write(p)
	if err != nil && s.err == nil {
		s.err = err
	}
	return n, err
}

// fileOf is the file that a stream writes to, if it is one.
func fileOf(w io.Writer) (*os.File, bool) {
	if s, ok := w.(*sink); ok {
		w = s.to
	}
	f, ok := w.(*os.File)
	return f, ok
}

// unwritten says that a file could not be written, by the name the user gave, not by that of a temporary one.
func unwritten(name string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return machineError{fmt.Errorf("%s could not be written: %w", name, err)}
}
