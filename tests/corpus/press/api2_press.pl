# Draws the marks of a corpus document with PDF::API2: perl api2_press.pl marks.tsv out.pdf font.ttf gaiji.ttf
use strict;
use warnings;
use PDF::API2;
my ($marks, $out, @files) = @ARGV;
my $pdf = PDF::API2->new();
my %fonts = (ja => $pdf->ttfont($files[0]), gaiji => $pdf->ttfont($files[1]));
my ($page, $lines, $text);
open(my $file, "<:encoding(UTF-8)", $marks) or die $!;
while (<$file>) {
    chomp;
    my ($kind, @f) = split /\t/;
    if ($kind eq "page") {
        $page = $pdf->page;
        $page->mediabox(@f[0, 1]);
        ($lines, $text) = ($page->gfx, $page->text);
    } elsif ($kind eq "line") {
        $lines->move(@f[0, 1]);
        $lines->line(@f[2, 3]);
        $lines->stroke;
    } elsif ($kind eq "seal") {
        $lines->image($pdf->image_png($f[0]), @f[1, 2], $f[3], $f[3]);
    } else {
        $text->font($fonts{$f[3]}, $f[2]);
        $text->translate(@f[0, 1]);
        $text->text($f[4]);
    }
}
$pdf->saveas($out);
