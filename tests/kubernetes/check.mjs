// The manifests that `kubectl kustomize` writes, read from standard input, against Kubernetes' own schemas (the npm
// package kubernetes-models), fields that no schema knows included; then what no schema can tell: whether selectors,
// ports, secrets, claims and accounts name something that is there, and whether pods keep to "restricted".
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";

const require = createRequire(import.meta.url);
const problems = [];
const where = (d) => `${d.kind}/${d.metadata?.name}`;
const problem = (d, text) => problems.push(`${where(d)}: ${text}`);

// "apps/v1" StatefulSet -> its validator
function schemaOf(d) {
  const [group, version] = d.apiVersion.includes("/") ? d.apiVersion.split("/") : ["", d.apiVersion];
  const folder = [group, version].filter(Boolean).join("/");
  const model = require(`kubernetes-models/${folder}/${d.kind}`)[d.kind];
  return (data) => new model(data).validate();
}

// A compiled validator looks at every field that it knows; a field that it never looked at is unknown to it.
function watched(value, seen) {
  if (value === null || typeof value !== "object") return value;
  const kids = new Map();
  const looked = new Set();
  seen.push({ value, looked });
  return new Proxy(value, {
    get(target, key) {
      looked.add(key);
      const v = target[key];
      if (typeof key === "symbol" || v === null || typeof v !== "object") return v;
      if (!kids.has(key)) kids.set(key, watched(v, seen));
      return kids.get(key);
    },
  });
}

function checkSchema(d) {
  const seen = [];
  try {
    schemaOf(d)(d);
    const [group, version] = d.apiVersion.includes("/") ? d.apiVersion.split("/") : ["", d.apiVersion];
    const model = require(`kubernetes-models/${[group, version].filter(Boolean).join("/")}/${d.kind}`)[d.kind];
    const object = Object.create(model.prototype);
    for (const [k, v] of Object.entries(d)) object[k] = watched(v, seen);
    object.validate();
  } catch (e) {
    return problem(d, e.message);
  }
  for (const { value, looked } of seen)
    if (!Array.isArray(value))
      for (const key of Object.keys(value)) if (!looked.has(key)) problem(d, `the schema knows no field '${key}'`);
}

const matches = (selector, labels) => Object.entries(selector ?? {}).every(([k, v]) => labels?.[k] === v);
const isPodMaker = (d) => d.spec?.template?.spec?.containers;

function checkReferences(documents, made) {
  const pods = documents.filter(isPodMaker);
  const ports = (labels) =>
    pods.filter((p) => matches(labels, p.spec.template.metadata.labels))
      .flatMap((p) => p.spec.template.spec.containers.flatMap((c) => c.ports ?? []));
  for (const d of documents) {
    if (d.kind === "Service")
      for (const p of d.spec.ports)
        if (!ports(d.spec.selector).some((x) => x.name === p.targetPort || x.containerPort === p.targetPort))
          problem(d, `no selected pod has the port ${p.targetPort}`);
    if (d.kind === "NetworkPolicy") {
      const own = d.spec.podSelector.matchLabels;
      if (own && !pods.some((p) => matches(own, p.spec.template.metadata.labels))) problem(d, "selects no pod");
      for (const rule of d.spec.ingress ?? [])
        for (const p of rule.ports ?? [])
          if (typeof p.port === "string" && !ports(own).some((x) => x.name === p.port)) problem(d, `no port ${p.port}`);
      for (const rule of d.spec.egress ?? [])
        for (const to of rule.to ?? [])
          for (const p of rule.ports ?? [])
            if (typeof p.port === "string" && !ports(to.podSelector?.matchLabels).some((x) => x.name === p.port))
              problem(d, `no port ${p.port} at the other end`);
    }
    if (d.kind === "StatefulSet" && !documents.some((s) => s.kind === "Service" && s.metadata.name === d.spec.serviceName))
      problem(d, `no Service ${d.spec.serviceName}`);
    if (isPodMaker(d) && !matches(d.spec.selector.matchLabels, d.spec.template.metadata.labels))
      problem(d, "its selector does not select its own pods");
    for (const other of pods)
      if (isPodMaker(d) && other !== d && matches(d.spec.selector.matchLabels, other.spec.template.metadata.labels))
        problem(d, `selects the pods of ${where(other)}`);
    if (isPodMaker(d)) checkVolumes(d, documents, made);
  }
}

// `made` are the secrets and maps that people make by the commands in kustomization.yaml.
function checkVolumes(d, documents, made) {
  const spec = d.spec.template.spec;
  const volumes = [...(spec.volumes ?? []), ...(d.spec.volumeClaimTemplates ?? []).map((c) => c.metadata)];
  const maps = [...documents.filter((x) => x.kind === "ConfigMap").map((x) => x.metadata.name), ...made];
  for (const v of spec.volumes ?? [])
    for (const name of [v.secret?.secretName, v.configMap?.name])
      if (name && !maps.includes(name)) problem(d, `volume ${v.name}: nobody makes ${name}`);
  // keys and state are of one workload
  for (const v of spec.volumes ?? []) {
    const claim = v.persistentVolumeClaim?.claimName;
    if (claim && !documents.some((x) => x.kind === "PersistentVolumeClaim" && x.metadata.name === claim)) problem(d, `no claim ${claim}`);
    for (const other of documents.filter((x) => isPodMaker(x) && x !== d))
      for (const w of other.spec.template.spec.volumes ?? [])
        if ((v.secret && v.secret.secretName === w.secret?.secretName) || (claim && claim === w.persistentVolumeClaim?.claimName))
          problem(d, `${claim ?? v.secret.secretName} is another's too`);
  }
  for (const c of spec.containers) {
    const known = [...(c.env ?? []).map((e) => e.name)];
    for (const from of c.envFrom ?? []) {
      const map = documents.find((x) => x.kind === "ConfigMap" && x.metadata.name === from.configMapRef?.name);
      if (!map) problem(d, `no ConfigMap ${from.configMapRef?.name}`);
      known.push(...Object.keys(map?.data ?? {}));
    }
    for (const m of c.volumeMounts ?? [])
      if (!volumes.some((v) => v.name === m.name)) problem(d, `no volume ${m.name}`);
    const texts = [...(c.args ?? []), ...(c.volumeMounts ?? []).map((m) => m.subPathExpr ?? "")];
    for (const t of texts)
      for (const [, name] of t.matchAll(/\$\((\w+)\)/g))
        if (!known.includes(name)) problem(d, `${t}: no variable ${name}`);
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"])
      if (!c.ports?.some((p) => p.name === c[probe]?.httpGet?.port)) problem(d, `${c.name}: no ${probe} on a port of its own`);
  }
}

// https://kubernetes.io/docs/concepts/security/pod-security-standards, "restricted", and a root that is read-only
function checkSecurity(d) {
  const spec = d.spec.template.spec;
  const want = (yes, text) => yes || problem(d, text);
  const pod = spec.securityContext ?? {};
  const allowed = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];
  want(pod.runAsNonRoot === true && pod.runAsUser !== 0, "may run as root");
  want(["RuntimeDefault", "Localhost"].includes(pod.seccompProfile?.type), "no seccomp profile");
  want(!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, "uses the host's namespaces");
  want(spec.automountServiceAccountToken === false, "gets a token of the cluster that it does not need");
  for (const v of spec.volumes ?? []) want(Object.keys(v).every((k) => k === "name" || allowed.includes(k)), `volume ${v.name}`);
  for (const c of [...spec.containers, ...(spec.initContainers ?? [])]) {
    const s = c.securityContext ?? {};
    want(s.allowPrivilegeEscalation === false && !s.privileged, `${c.name}: may gain privileges`);
    want(s.capabilities?.drop?.includes("ALL") && !s.capabilities.add, `${c.name}: has capabilities`);
    want(s.readOnlyRootFilesystem === true, `${c.name}: may write to its root`);
    want(c.resources?.limits?.memory, `${c.name}: no limit of memory`);
    want((c.ports ?? []).every((p) => !p.hostPort), `${c.name}: takes a port of the host`);
  }
}

const documents = parseAllDocuments(readFileSync(0, "utf8")).map((d) => d.toJS()).filter(Boolean);
const made = process.argv.slice(2);
for (const d of documents) checkSchema(d);
if (problems.length === 0) {
  checkReferences(documents, made);
  documents.filter(isPodMaker).forEach(checkSecurity);
}
for (const p of problems) console.log(p);
console.log(`${documents.length} objects, ${problems.length} problems`);
process.exit(problems.length || documents.length === 0 ? 1 : 0);
