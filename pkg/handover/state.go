package handover

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Reason is the class of a problem.
type Reason string

// The reasons of problems.
const (
	// ReasonSecretNotFound means that a Secret does not exist, or has no keys.
	ReasonSecretNotFound Reason = "SecretNotFound"
	// ReasonSecretKeyMissing means that a Secret exists and has none of the keys that are looked for.
	ReasonSecretKeyMissing Reason = "SecretKeyMissing"
	// ReasonSecretInvalid means that a value is there and cannot be what it should be.
	ReasonSecretInvalid Reason = "SecretInvalid"
	// ReasonConfigMapNotFound is ReasonSecretNotFound for a ConfigMap.
	ReasonConfigMapNotFound Reason = "ConfigMapNotFound"
	// ReasonConfigMapKeyMissing is ReasonSecretKeyMissing for a ConfigMap.
	ReasonConfigMapKeyMissing Reason = "ConfigMapKeyMissing"
	// ReasonConfigMapInvalid is ReasonSecretInvalid for a ConfigMap.
	ReasonConfigMapInvalid Reason = "ConfigMapInvalid"
	// ReasonConfigInvalid means that boot.json or live.json is missing or cannot be read, or that the result cannot be written.
	ReasonConfigInvalid Reason = "ConfigInvalid"
	// ReasonSignInWithheld means that zot runs without the provider with which people sign in, as that was away when zot started.
	ReasonSignInWithheld Reason = "SignInWithheld"
)

// Problem says what keeps the agent from applying the newest inputs. It never holds content of a Secret.
type Problem struct {
	Reason Reason `json:"reason"`
	// Secret is the name of the Secret, if one is concerned.
	Secret string `json:"secret,omitempty"`
	// ConfigMap is the name of the user's ConfigMap, if one is concerned.
	ConfigMap string `json:"configMap,omitempty"`
	// Key is the key of the Secret or ConfigMap, if one is concerned; of a missing one, the first that is looked for.
	Key string `json:"key,omitempty"`
	// Used is true if what is good of the value is in effect; else what was there before stays.
	Used bool `json:"used,omitempty"`
	// Message says what is wrong, why, and what to do.
	Message string `json:"message"`
}

// Turn is what a member tells the others, so that they end their zots one after the other.
type Turn string

// The turns.
const (
	// TurnWaits means that zot is to be ended, and that the others are asked whether it may be.
	TurnWaits Turn = "waits"
	// TurnGoes means that zot is being ended, or does not serve again yet.
	TurnGoes Turn = "goes"
)

// State is the agent's answer at StatePath.
type State struct {
	Format int `json:"format"`
	// Boot and Live are the hashes of the documents from which the configuration in place was made, empty if none is.
	Boot string `json:"boot"`
	Live string `json:"live"`
	// Applied is true when the newest documents and Secrets that the agent can see are written, and zot was told.
	Applied bool `json:"applied"`
	// ZotRestarts counts how often this agent has ended zot because of a changed credential.
	ZotRestarts int `json:"zotRestarts"`
	// Turn is where the agent of one of several pods stands with a restart of zot that is due, empty if none is.
	Turn Turn `json:"turn,omitempty"`
	// CertificateNotAfter is until when the certificate in place is valid; the zero time if zot has none.
	CertificateNotAfter time.Time `json:"certificateNotAfter,omitzero"`
	// CertificateHosts are the names and IP addresses that it is for. Everybody who asks zot for it sees them.
	CertificateHosts []string `json:"certificateHosts,omitempty"`
	// Problems say why the newest inputs are not applied; the last good configuration stays in place.
	Problems []Problem `json:"problems"`
	// Checks are about what the configuration in place depends on, one for each subject that was looked at since it is in place.
	Checks []Check `json:"checks,omitempty"`
}

// EncodeState writes the state as compact JSON in the current format.
func EncodeState(state State) ([]byte, error) {
	state.Format = Format
	if state.Problems == nil {
		state.Problems = []Problem{}
	}
	return encodeLine("state", state)
}

// DecodeState reads an agent's answer. Unlike in documents, unknown fields are fine: the agent may be newer.
func DecodeState(data []byte) (State, error) {
	var state State
	if err := json.Unmarshal(data, &state); err != nil {
		return State{}, fmt.Errorf("agent state cannot be read: %s", describe(err))
	}
	if slices.Contains(SupportedFormats(), state.Format) {
		return state, nil
	}
	return State{}, fmt.Errorf("agent state has format %d, this operator supports %s: %w", state.Format, formatList(), ErrFormat)
}

// EncodeProblem writes the problem as one line of JSON: the init container's termination message.
func EncodeProblem(problem Problem) ([]byte, error) { return encodeLine("problem", problem) }

// DecodeProblem reads a termination message. It is an error if the message is none of an agent, for example as the
// container was killed before it could write one.
func DecodeProblem(message []byte) (Problem, error) {
	var problem Problem
	if err := json.Unmarshal(message, &problem); err != nil {
		return Problem{}, fmt.Errorf("termination message is not an agent's: %s", describe(err))
	}
	if problem.Reason == "" || problem.Message == "" {
		return Problem{}, fmt.Errorf("termination message is not an agent's: it has no reason or no message")
	}
	return problem, nil
}

func encodeLine(name string, value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("encode %s: %w", name, err)
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}
