package backend

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// answer is what a server has said.
type answer struct {
	status int
	// code and words are the server's own, empty if it has none.
	code, words string
	// root is the name of the outermost element of an answer in XML, and the kind of one in JSON.
	root string
}

// longestAnswer is in bytes: what is asked for is short.
const longestAnswer = 64 << 10

func ask(caller *http.Client, request *http.Request) (answer, error) {
	response, err := caller.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return answer{}, err
	}
	out := answer{status: response.StatusCode}
	switch kind := response.Header.Get("Content-Type"); {
	case out.fromXML(bytes.TrimPrefix(body, []byte("\ufeff"))), out.fromJSON(body):
	case strings.HasPrefix(kind, "text/plain"):
		out.words = line(string(body))
	}
	return out, nil
}

// fromXML reads what Amazon's and Azure's protocols say.
func (a *answer) fromXML(body []byte) bool {
	var document struct {
		XMLName xml.Name
		Code    string
		Message string
	}
	if xml.Unmarshal(body, &document) != nil {
		return false
	}
	a.root, a.code, a.words = document.XMLName.Local, strings.TrimSpace(document.Code), line(document.Message)
	return true
}

// fromJSON reads what Google's protocol says.
func (a *answer) fromJSON(body []byte) bool {
	var document struct {
		Kind  string `json:"kind"`
		Error struct {
			Message string `json:"message"`
			Errors  []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &document) != nil {
		return false
	}
	a.root, a.words = document.Kind, line(document.Error.Message)
	if len(document.Error.Errors) > 0 {
		a.code = document.Error.Errors[0].Reason
	}
	return true
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

// origin names the Secrets from which a credential of one of these kinds comes, empty if there is none.
func origin(credentials []handover.Credential, kinds ...handover.Kind) string {
	var names []string
	for _, credential := range credentials {
		if !slices.Contains(kinds, credential.Kind) {
			continue
		}
		for _, source := range credential.Sources {
			if name := fmt.Sprintf("Secret %q", source.Secret); source.Secret != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return strings.Join(names, " and ")
}
