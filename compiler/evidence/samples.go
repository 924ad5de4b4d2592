package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"detc/compiler/stub"
)

// Samples are third-party records, read where they are and never copied. It is safe for concurrent use.
type Samples struct {
	fsys fs.FS

	mu    sync.Mutex
	files map[string]sampleFile
}

type sampleFile struct {
	lines [][]byte
	err   error
}

// maxSample is the largest sample file that is read, in bytes.
const maxSample = 256 << 20

// NewSamples reads from a folder; nil is a folder that is not there.
func NewSamples(fsys fs.FS) *Samples { return &Samples{fsys: fsys, files: map[string]sampleFile{}} }

// Line is the record that a case names. It is skipped, with the reason, where there is no folder; it is an error where
// the file, the line or its digest is not what the case says.
func (s *Samples) Line(f *stub.SampleForm) (line []byte, skip string, err error) {
	if s == nil || s.fsys == nil {
		return nil, "needs the folder of sample records: --samples DIR", nil
	}
	file := s.file(f.File.Value)
	if errors.Is(file.err, fs.ErrNotExist) {
		return nil, fmt.Sprintf("the samples folder has no %s", f.File.Value), nil
	}
	if file.err != nil {
		return nil, "", file.err
	}
	if f.Line.V < 1 || f.Line.V > int64(len(file.lines)) {
		return nil, "", fmt.Errorf("%s has %d lines, not %d", f.File.Value, len(file.lines), f.Line.V)
	}
	line = file.lines[f.Line.V-1]
	sum := sha256.Sum256(line)
	if got := hex.EncodeToString(sum[:]); got != f.SHA256.Value {
		return nil, "", fmt.Errorf("line %d of %s is another than the case was written on (sha256 %s)", f.Line.V, f.File.Value, got)
	}
	return line, "", nil
}

func (s *Samples) file(name string) sampleFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.files[name]; ok {
		return f
	}
	var f sampleFile
	if !fs.ValidPath(name) {
		f.err = fmt.Errorf("%q is no path below the samples folder", name)
	} else if in, err := s.fsys.Open(name); err != nil {
		f.err = err
	} else {
		var data []byte
		data, f.err = io.ReadAll(io.LimitReader(in, maxSample+1))
		in.Close()
		if f.err == nil && len(data) > maxSample {
			f.err = fmt.Errorf("%s is larger than %d MiB", name, maxSample>>20)
		}
		f.lines = bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
	}
	s.files[name] = f
	return f
}
