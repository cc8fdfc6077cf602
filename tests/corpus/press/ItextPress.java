// Draws the marks of a corpus document with iText 5: java ItextPress.java marks.tsv out.pdf font.ttf gaiji.ttf
import com.itextpdf.text.Document;
import com.itextpdf.text.Image;
import com.itextpdf.text.Rectangle;
import com.itextpdf.text.pdf.BaseFont;
import com.itextpdf.text.pdf.PdfContentByte;
import com.itextpdf.text.pdf.PdfWriter;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Paths;

public class ItextPress {
    public static void main(String[] arguments) throws Exception {
        BaseFont ja = BaseFont.createFont(arguments[2], BaseFont.IDENTITY_H, BaseFont.EMBEDDED);
        BaseFont gaiji = BaseFont.createFont(arguments[3], BaseFont.IDENTITY_H, BaseFont.EMBEDDED);
        Document document = new Document();
        PdfWriter writer = PdfWriter.getInstance(document, new FileOutputStream(arguments[1]));
        boolean open = false;
        for (String line : Files.readAllLines(Paths.get(arguments[0]))) {
            String[] f = line.split("\t", 6);
            if (f[0].equals("page")) {
                document.setPageSize(new Rectangle(Float.parseFloat(f[1]), Float.parseFloat(f[2])));
                if (open) document.newPage(); else document.open();
                open = true;
                continue;
            }
            PdfContentByte canvas = writer.getDirectContent();
            if (f[0].equals("line")) {
                canvas.moveTo(Float.parseFloat(f[1]), Float.parseFloat(f[2]));
                canvas.lineTo(Float.parseFloat(f[3]), Float.parseFloat(f[4]));
                canvas.stroke();
            } else if (f[0].equals("seal")) {
                Image seal = Image.getInstance(f[1]);
                seal.scaleAbsolute(Float.parseFloat(f[4]), Float.parseFloat(f[4]));
                seal.setAbsolutePosition(Float.parseFloat(f[2]), Float.parseFloat(f[3]));
                canvas.addImage(seal);
            } else {
                canvas.beginText();
                canvas.setFontAndSize(f[4].equals("gaiji") ? gaiji : ja, Float.parseFloat(f[3]));
                canvas.setTextMatrix(Float.parseFloat(f[1]), Float.parseFloat(f[2]));
                canvas.showText(f[5]);
                canvas.endText();
            }
        }
        document.close();
    }
}
