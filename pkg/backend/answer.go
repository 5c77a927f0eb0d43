package backend

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// answer is what a server has said.
type answer struct {
	status int
	// code and words are the server's own, empty if it has none. What is not XML has no code.
	code, words string
	// root is the name of the outermost element of an answer in XML.
	root string
}

// longestAnswer is in bytes: what is asked for is short.
const longestAnswer = 64 << 10

func read(response *http.Response) (answer, error) {
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return answer{}, err
	}
	out := answer{status: response.StatusCode}
	var document struct {
		XMLName xml.Name
		Code    string
		Message string
	}
	switch {
	case xml.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &document) == nil:
		out.root, out.code, out.words = document.XMLName.Local, strings.TrimSpace(document.Code), line(document.Message)
	case strings.HasPrefix(response.Header.Get("Content-Type"), "text/plain"):
		out.words = line(string(body))
	}
	return out, nil
}

// said is for a message: the server's code and words, or else the status of HTTP.
func (a answer) said() string {
	switch {
	case a.code != "" && a.words != "":
		return a.code + ": " + a.words
	case a.code != "" || a.words != "":
		return a.code + a.words
	default:
		return fmt.Sprintf("%d %s", a.status, http.StatusText(a.status))
	}
}

// longestWords is in characters.
const longestWords = 240

// line is the first line of what a server says, without its full stop: clouds put the number and the time of the request into others.
func line(words string) string {
	words, _, _ = strings.Cut(strings.TrimSpace(words), "\n")
	words = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return -1
		}
		return r
	}, words)
	if runes := []rune(words); len(runes) > longestWords {
		words = string(runes[:longestWords-1]) + "…"
	}
	return strings.TrimRight(strings.TrimSpace(words), ".")
}

// check puts a check together, whose fault is empty if nothing is wrong.
func check(subject handover.Subject, fault handover.Fault, what, why, remedy string) *handover.Check {
	if fault == "" {
		return &handover.Check{Subject: subject}
	}
	return &handover.Check{Subject: subject, Fault: fault, Message: fmt.Sprintf("%s: %s. %s", what, why, remedy)}
}
