Apus.launch()
