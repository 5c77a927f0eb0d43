package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// labels are those of the bundle's image, which stand in its annotations, too.
func labels() map[string]string {
	const bundle = "operators.operatorframework.io.bundle."
	return map[string]string{
		bundle + "mediatype.v1":                            "registry+v1",
		bundle + "manifests.v1":                            "manifests/",
		bundle + "metadata.v1":                             "metadata/",
		bundle + "package.v1":                              packageName,
		bundle + "channels.v1":                             channels,
		bundle + "channel.default.v1":                      defaultChannel,
		"operators.operatorframework.io.test.mediatype.v1": "scorecard+v1",
		"operators.operatorframework.io.test.config.v1":    "tests/scorecard/",
		"com.redhat.openshift.versions":                    "v4.15",
	}
}

// metadataFiles adds the annotations, the Dockerfile that has them as labels, and the scorecard's configuration.
func metadataFiles(in inputs, to files) error {
	printed, err := yaml.Marshal(map[string]any{"annotations": labels()})
	if err != nil {
		return err
	}
	to["bundle/metadata/annotations.yaml"] = append([]byte(notice), printed...)
	scorecard, err := os.ReadFile(filepath.Join(in.root, "config", "scorecard", "config.yaml"))
	if err != nil {
		return err
	}
	to["bundle/tests/scorecard/config.yaml"] = append([]byte(notice), scorecard...)

	dockerfile := &bytes.Buffer{}
	dockerfile.WriteString(notice + "FROM scratch\n")
	for _, key := range sorted(labels()) {
		fmt.Fprintf(dockerfile, "LABEL %s=%s\n", key, labels()[key])
	}
	for _, folder := range []string{"manifests", "metadata", "tests/scorecard"} {
		fmt.Fprintf(dockerfile, "COPY bundle/%s /%s/\n", folder, folder)
	}
	to["bundle.Dockerfile"] = dockerfile.Bytes()
	return nil
}
