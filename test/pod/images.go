package pod

import (
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// User is somebody who asks the registry. The zero value does not sign in.
type User struct{ Name, Password string }

func (u User) option() remote.Option {
	if u.Name == "" {
		return remote.WithAuth(authn.Anonymous)
	}
	return remote.WithAuth(&authn.Basic{Username: u.Name, Password: u.Password})
}

// Push pushes an image of random content and gives its digest.
func (p *Pod) Push(user User, repository, tag string) (v1.Hash, error) {
	target, err := p.tag(repository, tag)
	if err != nil {
		return v1.Hash{}, err
	}
	layer, err := random.Layer(1<<10, types.OCILayer)
	if err != nil {
		return v1.Hash{}, fmt.Errorf("make a layer: %w", err)
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.AppendLayers(base, layer)
	if err != nil {
		return v1.Hash{}, fmt.Errorf("make an image: %w", err)
	}
	if err := remote.Write(target, image, user.option()); err != nil {
		return v1.Hash{}, fmt.Errorf("push %s: %w", target, err)
	}
	return image.Digest()
}

// Pull asks for a tag and gives the digest that it leads to.
func (p *Pod) Pull(user User, repository, tag string) (v1.Hash, error) {
	target, err := p.tag(repository, tag)
	if err != nil {
		return v1.Hash{}, err
	}
	found, err := remote.Get(target, user.option())
	if err != nil {
		return v1.Hash{}, fmt.Errorf("pull %s: %w", target, err)
	}
	return found.Digest, nil
}

// Tags lists those of a repository.
func (p *Pod) Tags(user User, repository string) ([]string, error) {
	target, err := name.NewRepository(p.Address()+"/"+repository, name.Insecure)
	if err != nil {
		return nil, fmt.Errorf("name of the repository: %w", err)
	}
	return remote.List(target, user.option())
}

func (p *Pod) tag(repository, tag string) (name.Tag, error) {
	target, err := name.NewTag(fmt.Sprintf("%s/%s:%s", p.Address(), repository, tag), name.Insecure)
	if err != nil {
		return name.Tag{}, fmt.Errorf("name of the image: %w", err)
	}
	return target, nil
}
