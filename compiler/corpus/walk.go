// Package corpus reads many Sigma files at once: it finds them, reads and checks several in parallel, and hands the
// results on in the order of the files, each of which is let go before many more are held.
package corpus

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// A Root is a folder in which to look for files, or one file of it.
type Root struct {
	FS   fs.FS
	Name string // what to call it in messages
	Only string // the one file of it that counts; all if empty
}

// An Input is a file that was found.
type Input struct {
	Root int    // which of the roots it is of
	Path string // below the root
	Name string // for messages
	fs   fs.FS
	only bool // named by the user, whatever is in it
}

// walk hands on the YAML files of the roots, folder by folder in the order of their names, and what could not be read.
// Hidden files and folders are left out, and links to folders, so that a link to a folder above is no endless way. It
// stops where a function says false.
func walk(roots []Root, found func(Input) bool, trouble func(error) bool) {
	stopped := false
	for n, root := range roots {
		if stopped {
			return
		}
		if root.Only != "" {
			stopped = !found(Input{n, root.Only, join(root.Name, root.Only), root.FS, true})
			continue
		}
		_ = fs.WalkDir(root.FS, ".", func(name string, d fs.DirEntry, err error) error { // each error is handed on below
			if err != nil {
				if stopped = !trouble(fmt.Errorf("%s: %w", join(root.Name, name), reason(err))); stopped {
					return fs.SkipAll
				}
				return fs.SkipDir
			}
			if hidden := name != "." && strings.HasPrefix(path.Base(name), "."); d.IsDir() || hidden {
				if d.IsDir() && hidden {
					return fs.SkipDir
				}
				return nil
			}
			if ext := path.Ext(name); ext != ".yml" && ext != ".yaml" {
				return nil
			}
			switch ok, err := readable(root.FS, name, d); {
			case err != nil:
				stopped = !trouble(fmt.Errorf("%s: %w", join(root.Name, name), err))
			case ok:
				stopped = !found(Input{n, name, join(root.Name, name), root.FS, false})
			}
			if stopped {
				return fs.SkipAll
			}
			return nil
		})
	}
}

// readable says that an entry is a file, itself or through a link. What else has a name like one is an error: a pipe
// would be waited for without end.
func readable(fsys fs.FS, name string, d fs.DirEntry) (bool, error) {
	mode := d.Type()
	if mode&fs.ModeSymlink != 0 {
		info, err := fs.Stat(fsys, name)
		if err != nil {
			return false, reason(err)
		}
		if mode = info.Mode(); mode.IsDir() {
			return false, nil
		}
	}
	if !mode.IsRegular() {
		return false, errors.New("this is no file")
	}
	return true, nil
}

// reason is what an error of the file system says without its own name for the file.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

func join(root, name string) string {
	if root == "" || root == "." {
		return name
	}
	return path.Join(root, name)
}
