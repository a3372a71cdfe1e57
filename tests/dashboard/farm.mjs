// A cloud and its edges in a throw-away folder, each with a handful of samples to train on.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BUILD = resolve(process.env.BUILD || "build");
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, ms, test) {
	for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
		const x = await test();
		if (x) return x;
	}
	throw new Error(`${what}: not within ${ms} ms`);
}

export class Farm {
	constructor(edges, rounds) {
		this.edges = edges;
		this.rounds = rounds;
		this.folder = mkdtempSync(join(tmpdir(), "foedus-dashboard-"));
		this.children = [];
		this.pki("init");
		this.pki("issue", "cloud", "--role", "cloud", "--host", "127.0.0.1", "--out", ".");
		this.train();
	}

	/* A policy that has much to learn yet, so that its rounds show how it does. */
	train() {
		mkdirSync(this.path("policy"));
		execFileSync(join(BUILD, "edmsac"), ["train", "--types", "3", "--updates", "60", "--hidden", "16", "--denoise-steps", "3", "--batch", "64",
			"--envs", "32", "--no-replay", "--quiet", "--out", this.path("policy", "edmsac-k3.safetensors")], { stdio: "ignore" });
	}

	path(...parts) { return join(this.folder, ...parts); }

	pki(verb, ...words) {
		execFileSync(join(BUILD, "foedus"), ["pki", verb, "--dir", "pki", ...words], { cwd: this.folder, stdio: "ignore" });
	}

	run(program, ...words) {
		const child = spawn(join(BUILD, program), words, { cwd: this.folder, stdio: "ignore" });
		this.children.push(child);
		return child;
	}

	async startCloud(admin = "127.0.0.1:0") {
		rmSync(this.path("cloud", "admin.port"), { force: true });
		this.cloud = this.run("foedus-cloud", "--listen", "127.0.0.1:0", "--admin", admin, "--state", "cloud", "--cert", "cloud.crt",
			"--key", "cloud.key", "--ca", "pki/ca.crt", "--crl", "pki/ca.crl", "--agent-key", "pki/agent-key.pem", "--open-enrolment",
			"--edges-min", String(this.edges), "--rounds", String(this.rounds), "--policy-dir", "policy", "--samples-per-effort", "32", "--derive-samples", "64");
		await until("the cloud listens", 10000, () => existsSync(this.path("cloud", "admin.port")));
		this.port = readFileSync(this.path("cloud", "admin.port"), "utf8").trim();
		this.url = "http://127.0.0.1:" + this.port;
	}

	startEdge(i) {
		const name = `edge-${i + 1}`;
		this.pki("issue", name, "--out", ".");
		this.run("foedus-edge", "--cloud", "127.0.0.1:" + readFileSync(this.path("cloud", "listen.port"), "utf8").trim(), "--state", name,
			"--cert", name + ".crt", "--key", name + ".key", "--ca", "pki/ca.crt", "--agent-key", "pki/agent-pub.pem",
			"--shard", String(i), "--shards", String(this.edges), "--max-samples", "2000", "--serve", "127.0.0.1:0");
	}

	get token() { return readFileSync(this.path("cloud", "admin.token"), "utf8").trim(); }
	async get(path) { return (await fetch(this.url + "/api/v1" + path)).json(); }

	async end(child) {
		if (child.exitCode !== null || child.signalCode !== null) return;
		const gone = new Promise((done) => child.once("exit", done));
		child.kill("SIGTERM");
		await Promise.race([gone, sleep(5000).then(() => child.kill("SIGKILL"))]);
	}

	async close() {
		await Promise.all(this.children.map((x) => this.end(x)));
		rmSync(this.folder, { recursive: true, force: true });
	}
}
