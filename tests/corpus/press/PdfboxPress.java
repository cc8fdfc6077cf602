// Draws the marks of a corpus document with PDFBox: java PdfboxPress.java marks.tsv out.pdf font.ttf gaiji.ttf
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Paths;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;

public class PdfboxPress {
    public static void main(String[] arguments) throws Exception {
        try (PDDocument document = new PDDocument()) {
            PDType0Font ja = PDType0Font.load(document, new File(arguments[2]));
            PDType0Font gaiji = PDType0Font.load(document, new File(arguments[3]));
            PDPageContentStream canvas = null;
            for (String line : Files.readAllLines(Paths.get(arguments[0]))) {
                String[] f = line.split("\t", 6);
                if (f[0].equals("page")) {
                    if (canvas != null) canvas.close();
                    PDPage page = new PDPage(new PDRectangle(number(f[1]), number(f[2])));
                    document.addPage(page);
                    canvas = new PDPageContentStream(document, page);
                } else if (f[0].equals("line")) {
                    canvas.moveTo(number(f[1]), number(f[2]));
                    canvas.lineTo(number(f[3]), number(f[4]));
                    canvas.stroke();
                } else if (f[0].equals("seal")) {
                    PDImageXObject seal = PDImageXObject.createFromFile(f[1], document);
                    canvas.drawImage(seal, number(f[2]), number(f[3]), number(f[4]), number(f[4]));
                } else {
                    canvas.beginText();
                    canvas.setFont(f[4].equals("gaiji") ? gaiji : ja, number(f[3]));
                    canvas.newLineAtOffset(number(f[1]), number(f[2]));
                    canvas.showText(f[5]);
                    canvas.endText();
                }
            }
            canvas.close();
            document.save(arguments[1]);
        }
    }

    private static float number(String text) {
        return Float.parseFloat(text);
    }
}
