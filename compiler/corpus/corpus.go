package corpus

import (
	"runtime"
	"sync"

	"detc/compiler/diag"
	"detc/compiler/form"
	"detc/compiler/sigma"
	"detc/compiler/source"
)

// A File is what became of one file.
type File struct {
	Input
	Kind      Kind
	Source    *source.File      // nil where it is not of Sigma, or could not be read
	Documents []*sigma.Document // in the order of the file; one that could not be read may be missing
	Converted [][]byte          // what a Converter made of each document; nil of one that is refused
	Findings  diag.List         // sorted
	Trouble   error             // what the machine could not do with it
}

// Options say how files are read.
type Options struct {
	Jobs   int                              // how many at once; 0 is one a processor
	Fields sigma.FieldsOf                   // how names are read; nil is as strings
	Check  func(f *File, d *sigma.Document) // adds findings of a document; called in parallel; may be nil
	Done   func(f *File)                    // is given a file that was read and checked; called in parallel; may be nil
	Today  string                           // YYYY-MM-DD: suppressions end by it; empty where none ends
	// Judge says that all checks are run, so that a comment which silences nothing is a finding.
	Judge bool
}

// window is how many files a job may be ahead of the one that is handed on.
const window = 4

// Run reads the Sigma files of the roots, several at once, and hands each on in the order of the walk, one at a time;
// what isn't Sigma too, without its content. What could not be read comes as Trouble of a File with a name. It ends
// early where each says false.
func Run(roots []Root, o Options, each func(*File) bool) {
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	type job struct {
		in  Input
		out chan *File
	}
	jobs := make(chan job)
	queue := make(chan chan *File, window*o.Jobs) // in order; its size bounds what is held
	done := make(chan struct{})
	var workers sync.WaitGroup
	for range o.Jobs {
		workers.Go(func() {
			for j := range jobs {
				j.out <- read(j.in, o)
			}
		})
	}
	workers.Go(func() {
		defer close(queue)
		defer close(jobs)
		place := func() (out chan *File, ok bool) {
			out = make(chan *File, 1)
			select {
			case queue <- out:
				return out, true
			case <-done:
				return nil, false
			}
		}
		walk(roots, func(in Input) bool {
			out, ok := place()
			if !ok {
				return false
			}
			jobs <- job{in, out}
			return true
		}, func(err error) bool {
			out, ok := place()
			if ok {
				out <- &File{Trouble: err}
			}
			return ok
		})
	})
	stopped := false
	for out := range queue {
		if stopped {
			continue
		}
		if !each(<-out) {
			stopped = true
			close(done)
		}
	}
	workers.Wait()
}

// read is one file, read and checked.
func read(in Input, o Options) *File {
	f := &File{Input: in}
	stream, err := in.fs.Open(in.Path)
	if err != nil {
		f.Trouble = &troubleOf{in.Name, reason(err)}
		return f
	}
	defer stream.Close()
	text, err := source.ReadFrom(stream, in.Name)
	if err != nil {
		if f.Kind = Sigma; !form.Problem(err, &f.Findings) {
			f.Trouble = &troubleOf{in.Name, reason(err)}
		}
		return f
	}
	if f.Kind = Classify(text.Text); f.Kind == Foreign && in.only {
		f.Kind = Sigma
	}
	if f.Kind != Sigma {
		return f
	}
	f.Source = text
	f.look(o)
	return f
}

// look reads and checks the text of a file.
func (f *File) look(o Options) {
	f.Documents = sigma.ReadAll(f.Source, o.Fields, &f.Findings)
	if o.Check != nil {
		for _, d := range f.Documents {
			o.Check(f, d)
		}
	}
	f.Findings = diag.Suppress(f.Findings, []*source.File{f.Source}, o.Today, o.Judge)
	f.Findings.Sort()
	f.Findings = f.Findings.Unique()
	if o.Done != nil {
		o.Done(f)
	}
}

// troubleOf is an error of the machine with the name of the file that it is about.
type troubleOf struct {
	name string
	err  error
}

func (t *troubleOf) Error() string { return t.name + ": " + t.err.Error() }
func (t *troubleOf) Unwrap() error { return t.err }
