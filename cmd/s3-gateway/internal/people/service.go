package people

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3api/utils"

	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// How long keys are valid, in seconds. These are AWS's own bounds.
const (
	leastDuration   = 900
	mostDuration    = 43200
	defaultDuration = 3600
)

// maxRequest bounds a request for keys, in bytes.
const maxRequest = 64 << 10

// The call that is served, and its version.
const (
	callName    = "AssumeRoleWithWebIdentity"
	callVersion = "2011-06-15"
)

// Outcome is what became of a request for keys.
type Outcome string

// The outcomes: keys were given; the request, its token or its person has no right to any; the provider could not be asked.
const (
	Given   Outcome = "given"
	Refused Outcome = "refused"
	Failed  Outcome = "failed"
)

// Service sells keys for tokens, as AWS's Security Token Service does.
type Service struct {
	*Accounts
	provider *provider
	// ctx is that of the process: what is asked of the provider for one client is waited for by others.
	ctx  context.Context
	log  *slog.Logger
	told func(Outcome)
}

// NewService makes a service. The context is that of the process; told is called once for each request for keys.
func NewService(
	ctx context.Context, config s3gateway.SignIn, rootAccess, rootSecret string, log *slog.Logger, told func(Outcome),
) (*Service, error) {
	seals, err := newSeals(rootSecret)
	if err != nil {
		return nil, err
	}
	accounts := &Accounts{
		root:   auth.Account{Access: rootAccess, Secret: rootSecret, Role: auth.RoleAdmin},
		rights: newRights(config), seals: seals, now: time.Now,
	}
	return &Service{
		Accounts: accounts, provider: newProvider(config.Issuer, config.ClientID, accounts.now), ctx: ctx, log: log, told: told,
	}, nil
}

// Serve answers requests for keys: POST of a form to the root of S3's port, where S3 itself has no call.
func (s *Service) Serve(ctx fiber.Ctx) error {
	requestID, _ := utils.EnsureRequestIDs(ctx)
	// Bodies come as streams, and nobody has signed this one: it is not read further than a token is long.
	stream := ctx.Request().BodyStream()
	if stream == nil {
		stream = http.NoBody
	}
	body, err := io.ReadAll(io.LimitReader(stream, maxRequest+1))
	switch {
	case err != nil:
		return s.refuse(ctx, requestID, invalid("The request ends too early."))
	case len(body) > maxRequest:
		return s.refuse(ctx, requestID, problem{http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request is too long."})
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return s.refuse(ctx, requestID, invalid("The body is no form."))
	}
	answer, err := s.assume(form)
	if err != nil {
		return s.refuse(ctx, requestID, err)
	}
	s.told(Given)
	answer.RequestID = requestID
	return write(ctx, http.StatusOK, answer)
}

func (s *Service) refuse(ctx fiber.Ctx, requestID string, err error) error {
	found, ok := errors.AsType[problem](err)
	if !ok {
		s.log.Error("keys could not be made", "error", err)
		found = problem{http.StatusInternalServerError, "InternalFailure", "The keys could not be made."}
	}
	outcome := Refused
	if found.status >= http.StatusInternalServerError || found.code == codeAway {
		outcome = Failed
	}
	s.told(outcome)
	return write(ctx, found.status, errorAnswer{
		Namespace: namespace, Type: found.blame(), Code: found.code, Message: found.message, RequestID: requestID,
	})
}

// assume makes keys for a form. The error is a problem, or something of ours.
func (s *Service) assume(form url.Values) (assumeAnswer, error) {
	duration, err := read(form)
	if err != nil {
		return assumeAnswer{}, err
	}
	ctx, cancel := context.WithTimeout(s.ctx, providerTimeout)
	defer cancel()
	told, err := s.provider.check(ctx, form.Get("WebIdentityToken"))
	if err != nil {
		return assumeAnswer{}, s.untrusted(err)
	}
	groups, named := s.rights.named(person{name: told.Name, groups: told.Groups})
	if !named {
		s.log.Info("somebody without rights asked for keys", "user", told.Name, "subject", told.Subject)
		return assumeAnswer{}, problem{
			http.StatusForbidden, "AccessDenied",
			"No rule of the store names " + strconv.Quote(told.Name) + " or a group that its token tells: spec.extensions.s3api.access.",
		}
	}
	made, err := s.seals.issue(person{name: told.Name, groups: groups}, s.now().Add(duration))
	if errors.Is(err, errTooLarge) {
		return assumeAnswer{}, problem{
			http.StatusBadRequest, "PackedPolicyTooLarge", "The person is in more groups that rules name than a session token can hold.",
		}
	}
	if err != nil {
		return assumeAnswer{}, err
	}
	s.log.Info("keys were given", "user", told.Name, "subject", told.Subject, "groups", strings.Join(groups, " "),
		"accessKey", made.access, "until", made.until.Format(time.RFC3339))
	return answer(told, s.provider, made, form.Get("RoleSessionName")), nil
}

// untrusted gives the answer to a token that cannot be trusted.
func (s *Service) untrusted(err error) error {
	switch {
	case errors.Is(err, errAway):
		s.log.Error("a token could not be checked", "error", err)
		return problem{
			http.StatusBadRequest, codeAway, s.provider.issuer + " cannot be asked whether the token is its own: try again later.",
		}
	case errors.Is(err, errOver):
		return problem{http.StatusBadRequest, "ExpiredTokenException", "The token has expired: sign in again."}
	default:
		return problem{http.StatusBadRequest, "InvalidIdentityToken", upper(err.Error()) + "."}
	}
}

// read checks the form, and gives for how long keys are asked for.
func read(form url.Values) (time.Duration, error) {
	switch {
	case form.Get("Action") != callName:
		return 0, problem{http.StatusBadRequest, "InvalidAction", "The one action here is " + callName + "."}
	case form.Has("Version") && form.Get("Version") != callVersion:
		return 0, problem{http.StatusBadRequest, "InvalidAction", "The one version here is " + callVersion + "."}
	case form.Get("WebIdentityToken") == "":
		return 0, problem{http.StatusBadRequest, "MissingParameter", "WebIdentityToken is missing."}
	case form.Get("ProviderId") != "":
		return 0, invalid("ProviderId is for tokens that are not of OpenID Connect, which are not taken here.")
	}
	for name := range form {
		// To ignore it would be to give more than was asked for.
		if name == "Policy" || strings.HasPrefix(name, "PolicyArns.") {
			return 0, invalid("Keys cannot be narrowed by a policy here: leave out " + strconv.Quote(name) + ".")
		}
	}
	if !form.Has("DurationSeconds") {
		return defaultDuration * time.Second, nil
	}
	seconds, err := strconv.Atoi(form.Get("DurationSeconds"))
	if err != nil || seconds < leastDuration || seconds > mostDuration {
		return 0, invalid("DurationSeconds must be from " + strconv.Itoa(leastDuration) + " to " + strconv.Itoa(mostDuration) + ".")
	}
	return time.Duration(seconds) * time.Second, nil
}
