<?php
// Draws the marks of a corpus document with TCPDF: php tcpdf_press.php marks.tsv out.pdf font.ttf gaiji.ttf
[, $marks, $out, $ja, $gaiji] = $argv;
$folder = dirname($out) . "/fonts/";
mkdir($folder);
require_once "/usr/share/php/tcpdf/tcpdf.php";
$fonts = ["ja" => TCPDF_FONTS::addTTFfont($ja, "TrueTypeUnicode", "", 32, $folder),
          "gaiji" => TCPDF_FONTS::addTTFfont($gaiji, "TrueTypeUnicode", "", 32, $folder)];
$pdf = new TCPDF("P", "pt", "A4", true, "UTF-8");
foreach ($fonts as $name) {
    $pdf->AddFont($name, "", $folder . $name . ".php");
}
$pdf->setPrintHeader(false);
$pdf->setPrintFooter(false);
$pdf->setAutoPageBreak(false);
$pdf->setFontSubsetting(true);
$high = 842;
foreach (file($marks, FILE_IGNORE_NEW_LINES) as $line) {
    $f = explode("\t", $line, 6);
    if ($f[0] === "page") {
        $high = (float)$f[2];
        $pdf->AddPage($f[1] > $f[2] ? "L" : "P", [(float)$f[1], $high]);
    } elseif ($f[0] === "line") {
        $pdf->Line((float)$f[1], $high - (float)$f[2], (float)$f[3], $high - (float)$f[4]);
    } elseif ($f[0] === "seal") {
        $pdf->Image($f[1], (float)$f[2], $high - (float)$f[3] - (float)$f[4], (float)$f[4], (float)$f[4]);
    } else {
        $pdf->setFont($fonts[$f[4]], "", (float)$f[3]);
        $pdf->Text((float)$f[1], $high - (float)$f[2] - 0.88 * (float)$f[3], $f[5]);
    }
}
$pdf->Output($out, "F");
