// Command image makes and moves container images without a container engine.
//
//	image build      packs static binaries into an image: one layer each, nothing else inside
//	image index      joins the archives of one image for several platforms into one that holds all of them, and an index
//	image push       puts an archive into a registry, or into a mirror under the path of its production name
//	image pull       takes the image of one platform from a registry into an archive
//	image inspect    shows digest, user, layers and files, and with --check refuses what does not belong there, or is not
//	                 what a Dockerfile describes
//	image roundtrip  pushes a random image, pulls it by digest and compares every byte
//
// The same inputs give the same bytes: times are the epoch, owners are root, entries and layers are sorted. With
// --dockerfile the image takes user, entrypoint and labels from the last stage of that file and must hold exactly the
// files that it copies, so that both ways of building give the same content.
//
// Archives are OCI image layouts in a tar file (ctr images import, skopeo oci-archive:) that also carry the
// manifest.json of docker save, for docker load, podman load and crane push. The digest that image push prints is that
// of the OCI manifest; crane push writes a manifest of Docker media types and so another digest. An archive with an index
// has no manifest.json, as that format knows no platforms.
package main
