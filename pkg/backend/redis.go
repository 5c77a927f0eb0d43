package backend

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/agent"
	"github.com/zot-artifact-store/operator/pkg/handover"
)

// database is the redis of a store: fields of zot's storage.cacheDriver.
type database struct {
	address, user, password string
	number                  int
	encrypted               bool
	// origin tells where the credentials come from, empty if there are none.
	origin string
}

// InspectRedis signs in at the redis that holds the metadata of an object store, and asks whether it lives: storage.cacheDriver.name
// redis. Of a redis cluster it asks the first member.
func InspectRedis(ctx context.Context, evidence agent.Evidence) *handover.Check {
	driver := driverOf(evidence.Config, "cacheDriver")
	if driver["name"] != "redis" {
		return nil
	}
	found, err := databaseOf(driver)
	if err != nil {
		return check(handover.SubjectCache, handover.FaultUnfit, "The redis cannot be looked at", err.Error(), "Mend its address.")
	}
	found.origin = origin(evidence.Credentials, handover.KindRedis)
	said, err := found.converse(ctx, evidence)
	if err != nil {
		return found.unreached(err)
	}
	return found.judge(said)
}

func databaseOf(driver map[string]any) (database, error) {
	text := textOf(driver)
	if written := text("url"); written != "" {
		return databaseAt(written)
	}
	out := database{user: text("username"), password: text("password")}
	if list, _ := driver["addr"].([]any); len(list) > 0 {
		out.address, _ = list[0].(string)
	}
	out.number, _ = strconv.Atoi(fmt.Sprint(driver["db"]))
	if out.address == "" {
		return database{}, errors.New("it has no address")
	}
	return out, nil
}

// databaseAt reads a URL, and never quotes it: it may hold a password.
func databaseAt(written string) (database, error) {
	parsed, err := url.Parse(written)
	if err != nil || parsed.Hostname() == "" {
		return database{}, errors.New("its address is no URL")
	}
	port := parsed.Port()
	if port == "" {
		port = "6379"
	}
	out := database{address: net.JoinHostPort(parsed.Hostname(), port), encrypted: parsed.Scheme == "rediss"}
	out.user = parsed.User.Username()
	out.password, _ = parsed.User.Password()
	out.number, _ = strconv.Atoi(strings.Trim(parsed.Path, "/"))
	return out, nil
}

// longestLine of an answer, in bytes.
const longestLine = 1 << 10

// converse gives the first answer that is an error, without its mark, or else the last one.
func (d database) converse(ctx context.Context, evidence agent.Evidence) (string, error) {
	connection, err := d.connect(ctx, evidence)
	if err != nil {
		return "", err
	}
	defer func() { _ = connection.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := connection.SetDeadline(deadline); err != nil {
			return "", err
		}
	}
	var commands [][]string
	switch {
	case d.user != "":
		commands = append(commands, []string{"AUTH", d.user, d.password})
	case d.password != "":
		commands = append(commands, []string{"AUTH", d.password})
	}
	if d.number != 0 {
		commands = append(commands, []string{"SELECT", strconv.Itoa(d.number)})
	}
	commands = append(commands, []string{"PING"})
	answers, said := bufio.NewReaderSize(connection, longestLine), ""
	for _, command := range commands {
		if _, err := connection.Write(encode(command)); err != nil {
			return "", err
		}
		read, err := answers.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return "", err
		}
		if said = strings.TrimRight(string(read), "\r\n"); !strings.HasPrefix(said, "+") {
			break
		}
	}
	return said, nil
}

func (d database) connect(ctx context.Context, evidence agent.Evidence) (net.Conn, error) {
	if !d.encrypted {
		return (&net.Dialer{}).DialContext(ctx, "tcp", d.address)
	}
	pool, err := trust(evidence)
	if err != nil {
		return nil, err
	}
	return (&tls.Dialer{Config: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}).DialContext(ctx, "tcp", d.address)
}

// encode writes a command as redis reads it, whatever is in it.
func encode(command []string) []byte {
	var out strings.Builder
	fmt.Fprintf(&out, "*%d\r\n", len(command))
	for _, word := range command {
		fmt.Fprintf(&out, "$%d\r\n%s\r\n", len(word), word)
	}
	return []byte(out.String())
}

func (d database) unreached(err error) *handover.Check {
	fault, words := connection(err)
	if fault == handover.FaultNotTrusted {
		what := fmt.Sprintf("The certificate of the redis at %s is not trusted", d.address)
		return check(handover.SubjectCache, fault, what, words,
			"Put its authority into spec.caBundle; a certificate for another name must be made anew.")
	}
	return check(handover.SubjectCache, fault, fmt.Sprintf("There is no connection to the redis at %s", d.address), words,
		"See whether its address is right, the server runs, TLS is on at both ends or at none, and neither a firewall nor a"+
			" NetworkPolicy is in the way.")
}

func (d database) judge(said string) *handover.Check {
	if said == "+PONG" {
		return check(handover.SubjectCache, "", "", "", "")
	}
	words := line(strings.TrimLeft(said, "-+"))
	from := "without a password"
	if d.origin != "" {
		from = "with the password in " + d.origin
	}
	what := fmt.Sprintf("The redis at %s does not let zot sign in %s", d.address, from)
	code, _, _ := strings.Cut(words, " ")
	switch {
	case !strings.HasPrefix(said, "-"):
		return check(handover.SubjectCache, handover.FaultUnfit, fmt.Sprintf("What answers at %s is no redis", d.address),
			"it says "+strconv.Quote(words), "See whether the address leads to the right server and port.")
	case code == "NOPERM":
		return check(handover.SubjectCache, handover.FaultAccessDenied, what, words, "Give the user its rights.")
	case strings.Contains(words, "AUTH"), strings.Contains(strings.ToLower(words), "pass"):
		return check(handover.SubjectCache, handover.FaultCredentialsRefused, what, words,
			"Put the right user and password into the Secret of spec.storage.cache.redis.credentialsSecret.")
	case strings.Contains(words, "DB index"):
		what = fmt.Sprintf("The redis at %s has no database %d", d.address, d.number)
		return check(handover.SubjectCache, handover.FaultNotFound, what, words,
			"Write another number into spec.storage.cache.redis.database.")
	default:
		return check(handover.SubjectCache, handover.FaultUnfit, fmt.Sprintf("The redis at %s does not serve", d.address), words,
			"See what its log says.")
	}
}
