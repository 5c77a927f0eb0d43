package main

import (
	"bytes"
	"debug/buildinfo"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// The bills name exactly the modules that Go has written into each program of the images, and Go.
func (m made) bills(t *testing.T) {
	for image, kind := range withPrograms {
		for _, arch := range m.archs {
			t.Run(image+" "+arch, func(t *testing.T) { m.bill(t, image, kind, arch) })
		}
	}
}

func (m made) bill(t *testing.T, image string, kind contents, arch string) {
	base := filepath.Join(m.folder, image+"-"+m.version+"-linux-"+arch)
	bom := cdx.BOM{}
	raw := read(t, base+".cdx.json")
	if err := cdx.NewBOMDecoder(bytes.NewReader(raw), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	repository := path.Join(path.Dir(operatorRepository), image)
	if want := repository + "@" + imageOf(t, base+".oci.tar"); bom.Metadata.Component.BOMRef != want {
		t.Errorf("it is of %s, not of %s", bom.Metadata.Component.BOMRef, want)
	}
	digest := strings.TrimPrefix(imageOf(t, base+".oci.tar"), "sha256:")
	if want := "pkg:oci/" + image + "@sha256%3A" + digest + "?repository_url=" + repository; bom.Metadata.Component.PackageURL != want {
		t.Errorf("the package is %s, not %s", bom.Metadata.Component.PackageURL, want)
	}
	if bom.SerialNumber != "" || bom.Metadata.Timestamp != "" || bytes.Contains(raw, []byte(os.TempDir()+"/")) {
		t.Errorf("serial number %q, time %q, or a path", bom.SerialNumber, bom.Metadata.Timestamp)
	}
	programs := programsOf(t, base+".oci.tar")
	if got, want := sorted(programs), sorted(kind.programs); !slices.Equal(got, want) {
		t.Errorf("programs %v, want %v", got, want)
	}
	for name, data := range programs {
		if missing := differences(t, bom, kind.programs[name], data, arch, m.version); len(missing) > 0 {
			t.Errorf("%s: the bill and the program differ by %v", name, missing)
		}
	}
}

// programsOf are those of an archive of one image, by name.
func programsOf(t *testing.T, archive string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, data := range entries(t, archive) {
		if strings.HasPrefix(name, "blobs/") && bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			maps.Copy(out, unpacked(t, data))
		}
	}
	return out
}

func differences(t *testing.T, bom cdx.BOM, name string, program []byte, arch, version string) []string {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, one := range info.Settings {
		settings[one.Key] = one.Value
	}
	if settings["GOARCH"] != arch || settings["CGO_ENABLED"] != "0" || settings["vcs.revision"] != "" || settings["-trimpath"] != "true" {
		t.Errorf("%s is built with %v", name, settings)
	}
	inProgram := map[string]bool{"std " + strings.TrimPrefix(info.GoVersion, "go"): true}
	for _, dependency := range info.Deps {
		switch {
		case dependency.Replace == nil:
		case dependency.Replace.Path == "../..": // the operator's module, from its folder
			dependency.Version = "v" + version
		default:
			dependency = dependency.Replace
		}
		inProgram[dependency.Path+" "+dependency.Version] = true
	}
	inBill := map[string]bool{}
	byRef := map[string]cdx.Component{}
	for _, one := range *bom.Components {
		byRef[one.BOMRef] = one
	}
	for _, one := range *bom.Dependencies {
		if one.Ref != "program:"+name {
			continue
		}
		for _, ref := range *one.Dependencies {
			inBill[byRef[ref].Name+" "+strings.TrimPrefix(byRef[ref].Version, "go")] = true
		}
	}
	var out []string
	for key := range inProgram {
		if !inBill[key] {
			out = append(out, "+"+key)
		}
	}
	for key := range inBill {
		if !inProgram[key] {
			out = append(out, "-"+key)
		}
	}
	slices.Sort(out)
	return out
}
