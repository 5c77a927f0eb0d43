package programs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// longest is how long a line may be.
const longest = 1 << 20

var (
	awkProgram = regexp.MustCompile(`^\s*(?:NR\s*==\s*(\d+)\s*)?\{\s*print\s*(\$\d+(?:\s*,\s*\$\d+)*)?\s*\}\s*$`)
	// special are the characters that mean something in a pattern or a replacement of sed.
	special = `\.*[]^$&`
)

// Awk prints fields of lines: `[NR==N] {print [$F[, $F]...]}` is all that it knows of the language.
func Awk(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("this one reads standard input, with one program as its argument")
	}
	found := awkProgram.FindStringSubmatch(args[0])
	if found == nil {
		return fmt.Errorf("%q: this one knows nothing but [NR==N] {print [$F[, $F]...]}", args[0])
	}
	line, _ := strconv.Atoi(found[1]) // 0 is every line
	var fields []int
	for field := range strings.SplitSeq(found[2], ",") {
		number, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(field), "$"))
		if err == nil {
			fields = append(fields, number)
		}
	}
	number := 0
	return eachLine(in, func(text string) error {
		if number++; line != 0 && number != line {
			return nil
		}
		_, err := fmt.Fprintln(out, pick(text, fields))
		return err
	})
}

// pick gives fields of a line by number, from 1 on. 0, or none, is the whole line.
func pick(line string, numbers []int) string {
	if len(numbers) == 0 {
		return line
	}
	all := strings.Fields(line)
	picked := make([]string, 0, len(numbers))
	for _, number := range numbers {
		switch {
		case number == 0:
			picked = append(picked, line)
		case number <= len(all):
			picked = append(picked, all[number-1])
		default:
			picked = append(picked, "")
		}
	}
	return strings.Join(picked, " ")
}

// Sed replaces text in lines: `s/TEXT/TEXT/[g]`, without patterns.
func Sed(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("this one reads standard input, with one command as its argument")
	}
	unknown := fmt.Errorf("%q: this one knows nothing but s/TEXT/TEXT/ and s/TEXT/TEXT/g, without patterns", args[0])
	if len(args[0]) < len("s/a//") || args[0][0] != 's' {
		return unknown
	}
	parts := strings.Split(args[0][2:], args[0][1:2])
	if len(parts) != 3 || parts[0] == "" || strings.ContainsAny(parts[0]+parts[1], special) || parts[2] != "" && parts[2] != "g" {
		return unknown
	}
	times := 1
	if parts[2] == "g" {
		times = -1
	}
	return eachLine(in, func(text string) error {
		_, err := fmt.Fprintln(out, strings.Replace(text, parts[0], parts[1], times))
		return err
	})
}

func eachLine(in io.Reader, do func(line string) error) error {
	if in == nil {
		return nil
	}
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, longest)
	for scanner.Scan() {
		if err := do(scanner.Text()); err != nil {
			return err
		}
	}
	return scanner.Err()
}
