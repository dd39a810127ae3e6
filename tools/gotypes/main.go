// Command gotypes writes the shapes of the Go structs behind Kubernetes manifests as data, for src/patch/go-types.generated.ts.
//
// Maintainers run it when the Kubernetes API version moves:
//
//	cd tools/gotypes && go run . > ../../src/patch/go-types.generated.ts
//
// The output is one block of lines per struct: its name, then one line per field (declaration order) as
// `GoName jsonName type [options]`, with `-` for the name of an embedded struct. Types: `string`, `[]T`, `*T`, `{}T` for a
// map with string keys, `@name` for a struct. Options, joined by `;`: `e` omitempty, `z` omitzero, `i` embedded,
// `s=<patchStrategy>`, `k=<patchMergeKey>`.
package main

import (
	"bufio"
	"fmt"
	"os"
	"path"
	"reflect"
	"runtime/debug"
	"strings"

	openshift "github.com/openshift/api/apps/v1"
	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var roots = []any{
	core.Pod{}, core.List{}, core.ReplicationController{}, core.PodTemplateSpec{}, core.ObjectReference{},
	apps.Deployment{}, apps.DaemonSet{}, apps.ReplicaSet{}, apps.StatefulSet{},
	batch.Job{}, batch.CronJob{}, openshift.DeploymentConfig{},
}

// Types with a JSON form of their own, which reflection cannot see.
var leaves = map[reflect.Type]string{
	reflect.TypeFor[resource.Quantity]():    "quantity",
	reflect.TypeFor[meta.Time]():            "time",
	reflect.TypeFor[meta.MicroTime]():       "microtime",
	reflect.TypeFor[meta.Duration]():        "duration",
	reflect.TypeFor[intstr.IntOrString]():   "intOrString",
	reflect.TypeFor[meta.FieldsV1]():        "raw",
	reflect.TypeFor[runtime.RawExtension](): "raw",
	reflect.TypeFor[[]byte]():               "bytes",
}

// The two packages that manifests are mostly made of share the prefix `v1`; the others keep their API group's name.
var prefixes = map[string]string{
	"k8s.io/api/core/v1":                   "v1",
	"k8s.io/apimachinery/pkg/apis/meta/v1": "v1",
	"k8s.io/api/apps/v1":                   "apps/v1",
	"k8s.io/api/batch/v1":                  "batch/v1",
	"github.com/openshift/api/apps/v1":     "apps.openshift.io/v1",
}

type table struct {
	seen  map[string]reflect.Type
	queue []reflect.Type
}

func (t *table) nameOf(typ reflect.Type) string {
	prefix, known := prefixes[typ.PkgPath()]
	if !known {
		fail("no prefix for package %s (type %s)", typ.PkgPath(), typ)
	}
	name := prefix + "." + typ.Name()
	if earlier, met := t.seen[name]; !met {
		t.seen[name] = typ
		t.queue = append(t.queue, typ)
	} else if earlier != typ && !reflect.DeepEqual(earlier, typ) {
		fail("two structs are called %s: %s and %s", name, earlier.PkgPath(), typ.PkgPath())
	}
	return name
}

func (t *table) encode(typ reflect.Type) string {
	if leaf, is := leaves[typ]; is {
		return leaf
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return "*" + t.encode(typ.Elem())
	case reflect.Slice:
		if typ.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		return "[]" + t.encode(typ.Elem())
	case reflect.Map:
		if typ.Key().Kind() != reflect.String {
			fail("map with keys of type %s", typ.Key())
		}
		return "{}" + t.encode(typ.Elem())
	case reflect.Struct:
		mustNotMarshal(typ)
		return "@" + t.nameOf(typ)
	case reflect.Interface:
		return "any"
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint32, reflect.Uint64, reflect.Float64:
		return typ.Kind().String()
	}
	fail("unknown kind %s of %s", typ.Kind(), typ)
	return ""
}

// A struct that encodes itself has to be listed in leaves; treating it as a plain struct would be silently wrong.
func mustNotMarshal(typ reflect.Type) {
	for _, method := range []string{"MarshalJSON", "MarshalText", "UnmarshalJSON", "UnmarshalText"} {
		if _, has := reflect.PointerTo(typ).MethodByName(method); has {
			fail("%s has %s", typ, method)
		}
	}
}

func (t *table) fields(out *bufio.Writer, typ reflect.Type) {
	for i := range typ.NumField() {
		field := typ.Field(i)
		if !field.IsExported() {
			continue
		}
		name, rest, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		options := []string{}
		inline := field.Anonymous && name == ""
		for option := range strings.SplitSeq(rest, ",") {
			switch option {
			case "omitempty":
				options = append(options, "e")
			case "omitzero":
				options = append(options, "z")
			case "", "inline":
			default:
				fail("unknown option %q of %s.%s", option, typ, field.Name)
			}
		}
		if inline {
			options, name = append(options, "i"), "-"
		} else if name == "" {
			name = field.Name
		}
		if strategy := field.Tag.Get("patchStrategy"); strategy != "" {
			options = append(options, "s="+strategy)
		}
		if key := field.Tag.Get("patchMergeKey"); key != "" {
			options = append(options, "k="+key)
		}
		fmt.Fprintln(out, strings.TrimSpace(strings.Join([]string{field.Name, name, t.encode(field.Type), strings.Join(options, ";")}, " ")))
	}
}

func versions() string {
	found := []string{}
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		switch dep.Path {
		case "k8s.io/api", "k8s.io/apimachinery", "github.com/openshift/api":
			found = append(found, path.Join(dep.Path)+" "+dep.Version)
		}
	}
	return strings.Join(found, ", ")
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	t := &table{seen: map[string]reflect.Type{}}
	for _, root := range roots {
		t.nameOf(reflect.TypeOf(root))
	}
	fmt.Fprintf(out, "// Written by tools/gotypes from %s. Do not edit.\n", versions())
	fmt.Fprintln(out, "export const GO_TYPES: string = `")
	for len(t.queue) > 0 {
		typ := t.queue[0]
		t.queue = t.queue[1:]
		fmt.Fprintln(out, t.nameOf(typ))
		t.fields(out, typ)
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out, "`")
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "gotypes: "+format+"\n", args...)
	os.Exit(1)
}
