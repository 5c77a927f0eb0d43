package outside

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// NewDynamoDB starts dynalite, which speaks as Amazon DynamoDB does, and gives the server. Whoever signs a request is taken. A table that
// is made is there when the answer comes: zot would look again only after 20 seconds.
func NewDynamoDB(t *testing.T) http.Handler {
	t.Helper()
	need(t, "BACKENDS_DYNALITE", "dynalite")
	address := FreeAddress(t)
	host, port := Split(t, address)
	Start(t, nil, "node", os.Getenv("BACKENDS_DYNALITE"), "--host", host, "--port", port, "--createTableMs", "0")
	Listens(t, address)
	server := At(address, false, nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		action, making := strings.CutSuffix(r.Header.Get(dynamoAction), ".CreateTable")
		if !making {
			server.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		made := httptest.NewRecorder()
		server.ServeHTTP(made, r)
		for there := made.Code != http.StatusOK; !there && r.Context().Err() == nil; {
			time.Sleep(10 * time.Millisecond)
			there = tableIsThere(server, r, action, body)
		}
		maps.Copy(w.Header(), made.Header())
		w.WriteHeader(made.Code)
		_, _ = made.Body.WriteTo(w)
	})
}

const dynamoAction = "X-Amz-Target"

// tableIsThere asks for the table that a request has made.
func tableIsThere(server http.Handler, making *http.Request, action string, body []byte) bool {
	var made struct{ TableName string }
	if json.Unmarshal(body, &made) != nil {
		return true
	}
	asked, _ := json.Marshal(made) // A text can always be written.
	request := making.Clone(making.Context())
	request.Header.Set(dynamoAction, action+".DescribeTable")
	request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(asked)), int64(len(asked))
	said := httptest.NewRecorder()
	server.ServeHTTP(said, request)
	return !strings.Contains(said.Body.String(), `"TableStatus":"CREATING"`)
}
