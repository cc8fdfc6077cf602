// Draws the marks of a corpus document: NODE_PATH=... node node_press.js pdfkit|pdf-lib|jspdf marks.tsv out.pdf font.ttf gaiji.ttf
const fs = require("fs");
const [how, marks, out, ja, gaiji] = process.argv.slice(2);

function pages() {
  const found = [];
  for (const line of fs.readFileSync(marks, "utf8").split("\n").filter(Boolean)) {
    const [kind, ...f] = line.split("\t");
    if (kind === "page") found.push({ wide: +f[0], high: +f[1], marks: [] });
    else found[found.length - 1].marks.push({ kind, f, n: f.map(Number) });
  }
  return found;
}

async function pdfkit() {
  const PDFDocument = require("pdfkit");
  const document = new PDFDocument({ autoFirstPage: false });
  const chunks = [];
  document.on("data", (chunk) => chunks.push(chunk));
  document.registerFont("ja", ja);
  document.registerFont("gaiji", gaiji);
  for (const { wide, high, marks } of pages()) {
    document.addPage({ size: [wide, high], margin: 0 });
    for (const { kind, f, n } of marks) {
      if (kind === "line") document.moveTo(n[0], high - n[1]).lineTo(n[2], high - n[3]).stroke();
      else if (kind === "seal") document.image(f[0], n[1], high - n[2] - n[3], { width: n[3] });
      else document.font(f[3]).fontSize(n[2]).text(f[4], n[0], high - n[1], { lineBreak: false, baseline: "alphabetic" });
    }
  }
  document.end();
  return new Promise((done) => document.on("end", () => done(Buffer.concat(chunks))));
}

async function pdfLib() {
  const { PDFDocument } = require("pdf-lib");
  const document = await PDFDocument.create();
  document.registerFontkit(require("@pdf-lib/fontkit"));
  const embed = (path) => document.embedFont(fs.readFileSync(path), { subset: true });
  const fonts = { ja: await embed(ja), gaiji: await embed(gaiji) };
  for (const { wide, high, marks } of pages()) {
    const page = document.addPage([wide, high]);
    for (const { kind, f, n } of marks) {
      if (kind === "line") page.drawLine({ start: { x: n[0], y: n[1] }, end: { x: n[2], y: n[3] }, thickness: 0.5 });
      else if (kind === "seal") {
        const seal = await document.embedPng(fs.readFileSync(f[0]));
        page.drawImage(seal, { x: n[1], y: n[2], width: n[3], height: n[3] });
      } else page.drawText(f[4], { x: n[0], y: n[1], size: n[2], font: fonts[f[3]] });
    }
  }
  return Buffer.from(await document.save());
}

async function jspdf() {
  const { jsPDF } = require("jspdf");
  let document = null;
  for (const { wide, high, marks } of pages()) {
    const lie = wide > high ? "landscape" : "portrait";
    if (document) document.addPage([wide, high], lie);
    else {
      document = new jsPDF({ unit: "pt", format: [wide, high], orientation: lie, compress: true });
      for (const [name, path] of [["ja", ja], ["gaiji", gaiji]]) {
        document.addFileToVFS(`${name}.ttf`, fs.readFileSync(path).toString("base64"));
        document.addFont(`${name}.ttf`, name, "normal");
      }
    }
    for (const { kind, f, n } of marks) {
      if (kind === "line") document.line(n[0], high - n[1], n[2], high - n[3]);
      else if (kind === "seal") document.addImage(new Uint8Array(fs.readFileSync(f[0])), "PNG", n[1], high - n[2] - n[3], n[3], n[3]);
      else {
        document.setFont(f[3]);
        document.setFontSize(n[2]);
        document.text(f[4], n[0], high - n[1]);
      }
    }
  }
  return Buffer.from(document.output("arraybuffer"));
}

({ pdfkit, "pdf-lib": pdfLib, jspdf })[how]().then((body) => fs.writeFileSync(out, body));
