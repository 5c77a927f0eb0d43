package zotschema

import (
	"maps"
	"math"
)

func extensions() Node {
	return object(fields{
		"search": section(fields{"cve": object(fields{
			"updateInterval": duration(),
			"trivy": object(fields{
				"dbRepository": text(), "javaDBRepository": text(), "vulnSeveritySources": texts().from(16),
				"sbom": object(fields{"enable": flag(), "format": oneOf("spdx-json", "cyclonedx")}).from(18),
			}),
		})}),
		"ui":      section(nil),
		"mgmt":    section(nil),
		"apikey":  section(nil),
		"trust":   section(fields{"cosign": flag(), "notation": flag()}),
		"metrics": section(fields{"prometheus": object(fields{"path": text().must()})}),
		"scrub":   section(fields{"interval": duration()}),
		"lint":    section(fields{"mandatoryAnnotations": texts()}),
		"sync":    synchronisation(),
		"events":  events(),
	})
}

// section is an extension. It says enable itself: zot drops what is empty.
func section(f fields) Node {
	all := fields{"enable": flag().must()}
	maps.Copy(all, f)
	return object(all)
}

func synchronisation() Node {
	return section(fields{
		"credentialsFile": text(),
		"downloadDir":     text(),
		"registries": list(object(fields{
			"urls": list(address("http", "https")).must(), "pollInterval": duration(), "onDemand": flag(), "tlsVerify": flag(),
			"certDir": text(), "maxRetries": number(0, math.MaxInt32), "retryDelay": duration(), "maxRetryDelay": duration(),
			"onlySigned": flag(), "syncLegacyCosignTags": flag(), "credentialHelper": oneOf("", "ecr", "gcp", "oauth2"),
			"preserveDigest": flag(), "syncTimeout": duration(), "oauth2CredentialHelper": names(text()).inAnyCase().from(19),
			"content": list(object(fields{
				"prefix": text().when(glob), "destination": text(), "stripPrefix": flag(),
				"tags": object(fields{"regex": text().when(expression), "excludeRegex": text().when(expression), "semver": flag()}),
			})),
		})),
	})
}

func events() Node {
	return section(fields{
		"sinks": list(object(fields{
			"type": oneOf("http", "nats").must(), "address": text().must(), "channel": text(), "timeout": duration(), "proxy": text(),
			"headers":     names(text()).inAnyCase(),
			"credentials": object(fields{"username": text(), "password": text(), "token": text(), "file": text()}),
			"tlsConfig":   object(fields{"caCertFile": text(), "certFile": text(), "keyFile": text()}),
		})),
	}).from(3)
}
