package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"detc/compiler/diag"
)

// unknown is an error about a name that is none of those known.
func unknown(what, name string, known []string) error {
	guess := ""
	if g := diag.Nearest(name, known); g != "" {
		guess = fmt.Sprintf("; did you mean %q?", g)
	}
	return fmt.Errorf("there is no %s %q: %s%s", what, name, strings.Join(known, ", "), guess)
}

// unknownFlag adds to pflag's error the flag that was probably meant.
func unknownFlag(c *cobra.Command, err error) error {
	var none *pflag.NotExistError
	if !errors.As(err, &none) || none.GetSpecifiedShortnames() != "" {
		return err
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if g := diag.Nearest(none.GetSpecifiedName(), known); g != "" {
		return fmt.Errorf("%w; did you mean --%s?", err, g)
	}
	return err
}

// group makes a command of nothing but subcommands refuse a word that is none of them; alone it prints its help.
func group(c *cobra.Command) *cobra.Command {
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		var known []string
		for _, sub := range c.Commands() {
			known = append(known, sub.Name())
		}
		return unknown(c.Name()+" command", args[0], known)
	}
	return c
}
