package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

const (
	sumsFile       = "SHA256SUMS"
	provenanceFile = "provenance.intoto.json"
	predicateType  = "https://slsa.dev/provenance/v1"
	repository     = "https://github.com/zot-artifact-store/operator"
	// buildType is where a reader finds what the parameters mean.
	buildType = repository + "/blob/main/docs/releases.md#provenance"
	builder   = repository + "/blob/main/hack/release.sh"
)

func sorted[T any](of map[string]T) []string { return slices.Sorted(maps.Keys(of)) }

// sealCommand says where the files come from, and then lists all of them with their sums.
func sealCommand(in inputs, _ io.Writer) error {
	for _, stale := range []string{sumsFile, provenanceFile} {
		if err := os.Remove(filepath.Join(in.folder, stale)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	sums, err := sumsOf(in.folder)
	if err != nil {
		return err
	}
	statement, err := statementOf(in, sums)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(in.folder, provenanceFile), statement, 0o644); err != nil { // #nosec G306 -- for everybody
		return err
	}
	if sums, err = sumsOf(in.folder); err != nil {
		return err
	}
	list := &bytes.Buffer{}
	for _, name := range sorted(sums) {
		fmt.Fprintf(list, "%s  %s\n", sums[name], name)
	}
	return os.WriteFile(filepath.Join(in.folder, sumsFile), list.Bytes(), 0o644) // #nosec G306 -- for everybody
}

// sumsOf gives the sums of the files by their names. A folder among them is an error: it would be in no list.
func sumsOf(folder string) (map[string]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			return nil, fmt.Errorf("%s is no file", entry.Name())
		}
		data, err := os.ReadFile(filepath.Join(folder, entry.Name())) // #nosec G304 -- a folder of ours
		if err != nil {
			return nil, err
		}
		out[entry.Name()] = sumOf(data)
	}
	return out, nil
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// statementOf is the unsigned statement: who has these files and the commit can hold them against each other.
func statementOf(in inputs, sums map[string]string) ([]byte, error) {
	if !gitCommit.MatchString(in.commit) {
		return nil, fmt.Errorf("the commit %q is none: 40 hexadecimal digits", in.commit)
	}
	if len(sums) == 0 {
		return nil, errors.New("there is nothing to seal")
	}
	told := map[string]any{"version": in.version, "replaces": in.replaces, "zotDigest": in.zotDigest, "sourceDateEpoch": in.epoch}
	if in.dirty {
		told["dirty"] = true
	}
	parameters, err := structpb.NewStruct(told)
	if err != nil {
		return nil, err
	}
	predicate := &provenance.Provenance{
		BuildDefinition: &provenance.BuildDefinition{
			BuildType: buildType, ExternalParameters: parameters,
			ResolvedDependencies: []*intoto.ResourceDescriptor{
				{Uri: "git+" + repository + "@" + in.commit, Digest: map[string]string{"gitCommit": in.commit}},
				{Uri: "pkg:generic/go@" + in.goVersion},
			},
		},
		RunDetails: &provenance.RunDetails{Builder: &provenance.Builder{Id: builder}},
	}
	if err := predicate.Validate(); err != nil {
		return nil, err
	}
	content := &structpb.Struct{}
	if err := convert(predicate, content); err != nil {
		return nil, err
	}
	statement := &intoto.Statement{Type: intoto.StatementTypeUri, PredicateType: predicateType, Predicate: content}
	for _, name := range sorted(sums) {
		subject := &intoto.ResourceDescriptor{Name: name, Digest: map[string]string{"sha256": sums[name]}}
		statement.Subject = append(statement.Subject, subject)
	}
	if err := statement.Validate(); err != nil {
		return nil, err
	}
	raw, err := protojson.Marshal(statement)
	if err != nil {
		return nil, err
	}
	// protojson sets its spaces by chance.
	printed := &bytes.Buffer{}
	if err := json.Indent(printed, raw, "", "  "); err != nil {
		return nil, err
	}
	return append(printed.Bytes(), '\n'), nil
}

// convert puts a message into another one that has the same JSON.
func convert(from, to proto.Message) error {
	raw, err := protojson.Marshal(from)
	if err != nil {
		return err
	}
	return protojson.Unmarshal(raw, to)
}
