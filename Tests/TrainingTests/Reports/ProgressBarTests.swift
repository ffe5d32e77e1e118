import Testing
import Training

struct ProgressBarTests {
    @Test(
        arguments: [
            (0, "[    ]   0 %"), (0.5, "[██  ]  50 %"), (1, "[████] 100 %"), (0.999, "[███▉]  99 %"),
            (0.28125, "[█▏  ]  28 %"), (-1, "[    ]   0 %"), (7, "[████] 100 %"), (.nan, "[    ]   0 %"),
        ] as [(Double, String)]) func fractionsBecomeBars(fraction: Double, expected: String)
    {
        #expect(ProgressBar(width: 4).text(fraction) == expected)
    }

    @Test func plainBarsAreASCII() {
        #expect(ProgressBar(width: 4, isPlain: true).text(0.7) == "[##  ]  70 %")
    }

    @Test func partsBecomeFractions() {
        let bar = ProgressBar(width: 2)
        #expect(bar.text(1, of: 4) == "[▌ ]  25 %")
        #expect(bar.text(0, of: 0) == "[██] 100 %")
    }
}
