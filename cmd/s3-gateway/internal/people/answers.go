package people

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"
)

// namespace is that of AWS's answers.
const namespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// codeAway is AWS's word for a provider that does not answer.
const codeAway = "IDPCommunicationError"

// problem is an answer that gives no keys.
type problem struct {
	status        int
	code, message string
}

func (p problem) Error() string { return p.code + ": " + p.message }

func (p problem) blame() string {
	if p.status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

func invalid(message string) problem {
	return problem{http.StatusBadRequest, "ValidationError", message}
}

// errorAnswer is AWS's form of a problem.
type errorAnswer struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// assumeAnswer is AWS's form of keys.
type assumeAnswer struct {
	XMLName   xml.Name     `xml:"AssumeRoleWithWebIdentityResponse"`
	Namespace string       `xml:"xmlns,attr"`
	Result    assumeResult `xml:"AssumeRoleWithWebIdentityResult"`
	RequestID string       `xml:"ResponseMetadata>RequestId"`
}

type assumeResult struct {
	Subject       string `xml:"SubjectFromWebIdentityToken"`
	Audience      string `xml:"Audience"`
	Provider      string `xml:"Provider"`
	RoleARN       string `xml:"AssumedRoleUser>Arn"`
	RoleID        string `xml:"AssumedRoleUser>AssumedRoleId"`
	AccessKey     string `xml:"Credentials>AccessKeyId"`
	SecretKey     string `xml:"Credentials>SecretAccessKey"`
	SessionToken  string `xml:"Credentials>SessionToken"`
	Expiration    string `xml:"Credentials>Expiration"`
	PackedPercent int    `xml:"PackedPolicySize"`
}

func answer(told claims, from *provider, made keys, sessionName string) assumeAnswer {
	const percent = 100
	return assumeAnswer{Namespace: namespace, Result: assumeResult{
		Subject: told.Subject, Audience: from.clientID, Provider: from.issuer,
		RoleARN: arn(told.Name, made.access), RoleID: made.access + ":" + sessionName,
		AccessKey: made.access, SecretKey: made.secret, SessionToken: made.token, Expiration: made.until.Format(time.RFC3339),
		PackedPercent: len(made.token) * percent / maxToken,
	}}
}

func write(ctx fiber.Ctx, status int, answer any) error {
	body, err := xml.Marshal(answer)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	// Keys are nothing for a cache.
	ctx.Set(fiber.HeaderCacheControl, "no-store")
	ctx.Set(fiber.HeaderContentType, "text/xml")
	return ctx.Status(status).Send(append([]byte(xml.Header), body...))
}

// upper begins a sentence.
func upper(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
