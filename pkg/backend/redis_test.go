package backend

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// redisServer answers each command with the next of these lines, and keeps what it was told.
func redisServer(t *testing.T, lines ...string) (address string, told func() string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	heard := make(chan string, 1)
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		reader, words := bufio.NewReader(connection), []string{}
		for _, line := range lines {
			var count int
			if _, err := fmt.Fscanf(reader, "*%d\r\n", &count); err != nil {
				break
			}
			for range count {
				var length int
				var word string
				if _, err := fmt.Fscanf(reader, "$%d\r\n%s\r\n", &length, &word); err != nil {
					break
				}
				words = append(words, word)
			}
			_, _ = fmt.Fprintf(connection, "%s\r\n", line)
		}
		heard <- strings.Join(words, " ")
	}()
	return listener.Addr().String(), func() string { return <-heard }
}

func cacheConfig(driver map[string]any) map[string]any {
	driver["name"] = "redis"
	return map[string]any{"cacheDriver": driver}
}

func TestRedisAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		// driver is made with the address of the server.
		driver func(address string) map[string]any
		lines  []string
		told   string
		fault  handover.Fault
		says   says
	}{
		"alive": {
			func(a string) map[string]any { return map[string]any{"url": "redis://" + a + "/0"} },
			[]string{"+PONG"},
			"PING", "", nil,
		},
		"user and database": {
			func(a string) map[string]any {
				return map[string]any{"addr": []any{a}, "db": json.Number("3"), "username": "u", "password": "p"}
			},
			[]string{"+OK", "+OK", "+PONG"},
			"AUTH u p SELECT 3 PING", "", nil,
		},
		"a password in the URL": {
			func(a string) map[string]any { return map[string]any{"url": "redis://:p%40ss@" + a + "/2?protocol=2"} },
			[]string{"+OK", "+OK", "+PONG"},
			"AUTH p@ss SELECT 2 PING", "", nil,
		},
		"a wrong password": {
			func(a string) map[string]any { return map[string]any{"url": "redis://:secret@" + a + "/0"} },
			[]string{"-WRONGPASS invalid username-password pair or user is disabled."},
			"AUTH secret",
			handover.FaultCredentialsRefused,
			says{`Secret "redis": WRONGPASS invalid username-password pair or user is disabled. Put`},
		},
		"no password": {
			func(a string) map[string]any { return map[string]any{"url": "redis://" + a + "/0"} },
			[]string{"-NOAUTH Authentication required."},
			"PING", handover.FaultCredentialsRefused,
			says{"NOAUTH"},
		},
		"a password where there is none": {
			func(a string) map[string]any { return map[string]any{"addr": []any{a}, "password": "p"} },
			[]string{"-ERR AUTH <password> called without any password configured for the default user."},
			"AUTH p",
			handover.FaultCredentialsRefused, nil,
		},
		"no such database": {
			func(a string) map[string]any { return map[string]any{"url": "redis://" + a + "/99"} },
			[]string{"-ERR DB index is out of range"},
			"SELECT 99", handover.FaultNotFound,
			says{"no database 99"},
		},
		"no rights": {
			func(a string) map[string]any { return map[string]any{"addr": []any{a}} },
			[]string{"-NOPERM this user has no permissions to run the 'ping' command"},
			"PING", handover.FaultAccessDenied, nil,
		},
		"it starts": {
			func(a string) map[string]any { return map[string]any{"addr": []any{a}} },
			[]string{"-LOADING Redis is loading the dataset in memory"},
			"PING", handover.FaultUnfit,
			says{"LOADING"},
		},
		"something else": {
			func(a string) map[string]any { return map[string]any{"addr": []any{a}} },
			[]string{"HTTP/1.1 400 Bad Request"},
			"PING", handover.FaultUnfit,
			says{"no redis", "HTTP/1.1 400"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			address, told := redisServer(t, test.lines...)
			place := evidence(t, cacheConfig(test.driver(address)), nil,
				handover.Redis(handover.RedisServer{Address: address}, "redis"))
			got := InspectRedis(t.Context(), place)
			expect(t, got, handover.SubjectCache, test.fault, test.says...)
			if heard := told(); heard != test.told {
				t.Errorf("told %q, want %q", heard, test.told)
			}
			if strings.Contains(got.Message, "secret") {
				t.Errorf("the message holds the password: %s", got.Message)
			}
		})
	}
}

func TestRedisThatIsAway(t *testing.T) {
	got := InspectRedis(t.Context(), evidence(t, cacheConfig(map[string]any{"url": "redis://:secret@127.0.0.1:1/0"}), nil))
	expect(t, got, handover.SubjectCache, handover.FaultUnreachable, "127.0.0.1:1", "connection refused")
	got = InspectRedis(t.Context(), evidence(t, cacheConfig(map[string]any{"url": "redis://:secret@/"}), nil))
	expect(t, got, handover.SubjectCache, handover.FaultUnfit)
	for _, config := range []map[string]any{nil, {"cacheDriver": map[string]any{"name": "dynamodb"}}} {
		if got := InspectRedis(t.Context(), evidence(t, config, nil)); got != nil {
			t.Errorf("got %+v", got)
		}
	}
}
