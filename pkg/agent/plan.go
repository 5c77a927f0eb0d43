package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// file is one that the agent writes; its content is canonical.
type file struct {
	name    string
	content []byte
	// padding fills the file up where its content becomes shorter.
	padding byte
}

// target is what should be in place.
type target struct {
	// boot and live are the hashes of the documents.
	boot, live string
	// restart is the hash of all that zot reads only when it starts: the boot document's settings, the credentials, and which
	// of the switches are set.
	restart string
	// reload is the hash of the files that zot takes up when it reads its configuration: users at other registries, what it trusts (it
	// checks all signatures again then: pkg/extensions/extension_image_trust.go, EnableImageTrustVerification), and passwords. Those
	// zot v2.1.20 watches by themselves, but in about one of four cases not any more once it has read its configuration again
	// (pkg/api/htpasswd.go: the new watcher is not started if the old one has not ended yet). So a change of these files is told to it by
	// writing the configuration once more.
	reload string
	// trust is grant.trust.
	trust map[string][]byte
	// withheld is that of the inputs, where there is a provider.
	withheld bool
	// files in the order in which they are to be written: the configuration comes after what it refers to.
	files []file
}

// plan says what should be in place, or nil if that cannot be known, and which problems there are. A credential that has
// become missing or bad keeps its last good value, so that the live settings go on: withdrawn access must not wait until
// somebody mends a Secret.
func plan(in inputs, current place, layout Layout) (*target, []handover.Problem) {
	boot, live, problems := documents(in)
	if len(problems) > 0 {
		return nil, problems
	}
	bootHash := handover.Hash(in.boot)
	withheld := in.withheld && issuerOf(boot.Zot) != ""
	if withheld {
		boot.Zot = without(boot.Zot, providerPath)
		problems = append(problems, signInWithheld())
	}
	var all grant
	complete, blocking := true, []handover.Problem(nil)
	for _, credential := range boot.Credentials {
		given, ok, found := resolve(credential, in, layout.RunDir)
		// What is in place belongs to the boot document from which it was made, and to no other.
		if !ok && current.note.Boot == bootHash {
			given, ok = lastGood(credential.Kind, current.files, layout.RunDir)
		}
		if !ok {
			complete, blocking = false, append(blocking, found...)
			continue
		}
		problems = append(problems, found...)
		if !withheld || credential.Kind != handover.KindOIDC {
			all.settings = handover.Merge(all.settings, given.settings)
		}
		all.files = append(all.files, given.files...)
		if given.trust != nil {
			all.trust = given.trust
		}
	}
	if !complete {
		// The first one is what a pod that cannot start tells.
		return nil, append(blocking, problems...)
	}
	planned, err := assemble(boot, live, all, layout.Pod)
	if err != nil {
		return nil, append(problems, configInvalid("The documents of the operator cannot be put together",
			err, "Report this to the makers of the operator."))
	}
	planned.boot, planned.live, planned.withheld = bootHash, handover.Hash(in.live), withheld
	return planned, problems
}

// documents reads boot.json and live.json.
func documents(in inputs) (handover.Boot, handover.Live, []handover.Problem) {
	const remedy = "The operator writes it: see its log, and make sure that the agent's image and the operator are of " +
		"releases that fit together."
	var problems []handover.Problem
	boot, err := handover.DecodeBoot(in.boot)
	if in.boot == nil {
		err = fmt.Errorf("%s is missing", handover.BootFile)
	}
	if err != nil {
		problems = append(problems, configInvalid("The boot document cannot be used", err, remedy))
	}
	live, err := handover.DecodeLive(in.live)
	if in.live == nil {
		err = fmt.Errorf("%s is missing", handover.LiveFile)
	}
	if err != nil {
		problems = append(problems, configInvalid("The live document cannot be used", err, remedy))
	}
	return boot, live, problems
}

// assemble puts the configuration together. The credentials' settings come last: no document may hide them.
func assemble(boot handover.Boot, live handover.Live, given grant, pod string) (*target, error) {
	merged := handover.Merge(handover.Merge(boot.Zot, live.Zot), given.settings)
	if err := handover.OwnMember(merged, pod); err != nil {
		return nil, err
	}
	config, err := encodeConfig(merged)
	if err != nil {
		return nil, err
	}
	fixed, err := encodeConfig(handover.Merge(boot.Zot, given.settings))
	if err != nil {
		return nil, err
	}
	sum := bytes.NewBuffer(fixed)
	for _, path := range switches {
		fmt.Fprintf(sum, "\n%s %t", strings.Join(path, "."), isSet(merged, path))
	}
	planned := &target{trust: given.trust}
	var told [][]byte
	for _, name := range slices.Sorted(maps.Keys(given.trust)) {
		told = append(told, []byte(name))
	}
	for _, credential := range given.files {
		if slices.Contains(withConfig, credential.name) {
			told = append(told, credential.content)
		}
		if !slices.Contains(reloaded, credential.name) {
			fmt.Fprintf(sum, "\n%s %s", credential.name, handover.Hash(credential.content))
		}
	}
	planned.restart, planned.reload = handover.Hash(sum.Bytes()), reloadHash(told)
	planned.files = slices.Concat(given.files, []file{{name: handover.ConfigFile, content: config, padding: ' '}})
	return planned, nil
}

// reloadHash is empty without files, and of one file its own hash: so it was before there could be two.
func reloadHash(files [][]byte) string {
	switch len(files) {
	case 0:
		return ""
	case 1:
		return handover.Hash(files[0])
	}
	var sum bytes.Buffer
	for _, content := range files {
		fmt.Fprintln(&sum, handover.Hash(content))
	}
	return handover.Hash(sum.Bytes())
}

// switches are live settings that zot v2.1.20 reloads only if they were there when it started. Without access control it
// leaves the check of rights out of its routes, so that rules that come later would not be enforced; and retention that
// comes later is ignored. So coming and going restarts zot, unlike any change of what is inside.
var switches = [][]string{{"http", "accessControl"}, {"storage", "retention"}}

func isSet(config map[string]any, path []string) bool {
	var value any = config
	for _, key := range path {
		parent, _ := value.(map[string]any)
		value = parent[key]
	}
	return value != nil
}

// encodeConfig words its own error, as that of the encoder might quote a value.
func encodeConfig(config map[string]any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(config); err != nil {
		return nil, errors.New("the merged configuration cannot be written as JSON")
	}
	return canonical(out.Bytes()), nil
}

func configInvalid(what string, why error, remedy string) handover.Problem {
	return handover.Problem{
		Reason:  handover.ReasonConfigInvalid,
		Message: fmt.Sprintf("%s: %s. %s", what, why, remedy),
	}
}
