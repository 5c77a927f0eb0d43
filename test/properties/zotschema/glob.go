package zotschema

import "errors"

// glob refuses what zot's library for patterns (doublestar) cannot read: what is open at the end, or closed and was not open.
func glob(s string) error {
	braces := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i == len(s) {
				return errors.New("is no pattern: it ends in the middle of an escape")
			}
		case '[':
			end := class(s[i+1:])
			if end < 0 {
				return errors.New("is no pattern: a class is not closed or empty")
			}
			i += 1 + end
		case '{':
			braces++
		case '}':
			if braces--; braces < 0 {
				return errors.New("is no pattern: a brace is closed that is not open")
			}
		}
	}
	if braces > 0 {
		return errors.New("is no pattern: a brace is not closed")
	}
	return nil
}

// class gives the place of the bracket that closes a class of characters, and -1 if there is none or the class is empty.
func class(s string) int {
	start := 0
	if len(s) > 0 && (s[0] == '^' || s[0] == '!') {
		start = 1
	}
	for i := start; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ']':
			if i == start {
				return -1
			}
			return i
		}
	}
	return -1
}
