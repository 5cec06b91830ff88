package main

import (
	"strings"

	"github.com/spf13/pflag"
)

// separate tells the flags of a program from the words of a command that has options of its own: a flag
// is what the program knows, wherever it stands, and all else is the command's. After "--" nothing is
// a flag.
func separate(known *pflag.FlagSet, args []string) (flags, words []string) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return flags, append(words, args[i+1:]...)
		}
		flag, hasValue := lookUp(known, arg)
		if flag == nil {
			words = append(words, arg)
			continue
		}
		flags = append(flags, arg)
		if !hasValue && flag.NoOptDefVal == "" && i+1 < len(args) {
			i++
			flags = append(flags, args[i])
		}
	}
	return flags, words
}

// lookUp returns the flag that a word is, and whether its value is in the word: "--output=json", "-ojson".
func lookUp(known *pflag.FlagSet, arg string) (flag *pflag.Flag, hasValue bool) {
	if name, ok := strings.CutPrefix(arg, "--"); ok {
		name, _, hasValue := strings.Cut(name, "=")
		return known.Lookup(name), hasValue
	}
	if name, ok := strings.CutPrefix(arg, "-"); ok && name != "" && name[0] < 0x80 {
		return known.ShorthandLookup(name[:1]), len(name) > 1
	}
	return nil, false
}

// commandLine puts the words of a command together, as the shell had taken them apart. The first one may
// be a command line by itself.
func commandLine(words []string) string {
	line := []string{words[0]}
	for _, word := range words[1:] {
		line = append(line, quote(word))
	}
	return strings.Join(line, " ")
}

// quote puts a word that has white space or quotation marks into such marks as are not in it.
func quote(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n\r\"'“”„‘’«»") {
		return word
	}
	name, value, isOption := strings.Cut(word, "=")
	lead := ""
	if isOption && strings.HasPrefix(name, "--") && !strings.ContainsAny(name, " \t\n\r\"'") {
		lead, word = name+"=", value
	}
	for _, marks := range [][2]string{{`"`, `"`}, {"'", "'"}, {"«", "»"}} {
		if !strings.Contains(word, marks[1]) {
			return lead + marks[0] + word + marks[1]
		}
	}
	return lead + word
}
