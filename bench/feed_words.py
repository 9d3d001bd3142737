"""Words of which the generated feeds are made: English and Russian news."""

EN_WORDS = """
the a of in to and for on with by at from as that this after before over under
amid against government minister president parliament central bank company
group shares market investors profit revenue quarter growth inflation rate
rates policy economy economic sanctions export exports import energy oil gas
pipeline power plant nuclear grid supply demand prices price barrel budget
deficit tax reform law court judge ruling lawsuit regulator antitrust merger
acquisition deal stake board chief executive director chairman analyst
analysts statement report reports agency officials spokesman spokeswoman told
said says announced confirmed denied warned expects expected plans plan
planned agreed signed rejected approved launched opened closed suspended
resumed increased fell rose dropped climbed surged slipped slid gained lost
widened narrowed city region border army troops ceasefire talks summit meeting
visit embassy ambassador treaty union alliance election vote voters campaign
opposition protest police investigation arrested charged accused suspected
sentenced fire flood storm earthquake rescue hospital doctors vaccine outbreak
study research scientists university satellite rocket launch space orbit
technology software chip chips semiconductor factory production workers strike
union wages jobs unemployment retail sales consumer housing construction
airline airport flight passengers rail railway port shipping cargo vessel
drone missile defence security cyber attack data breach hackers network
internet platform app users privacy artificial intelligence model startup
funding round billion million thousand percent per cent year month week Monday
Tuesday Wednesday Thursday Friday new former senior local federal foreign
international national state public private major record strong weak early
late first second third next last recent several many most more less about
around nearly however although because while where which who whose their its
his her they would could will may might should must have has had been being
were was are is not also only still already again later earlier according
sources familiar matter people person document documents filing letter email
interview conference speech address forecast outlook estimate data figures
survey index bond bonds yield yields currency dollar euro pound yen rouble
crypto bitcoin exchange trading traders fund funds pension insurer insurance
loan loans credit debt default restructuring bankruptcy liquidity dividend
buyback listing offering valuation supplier customers contract contracts order
orders delivery aircraft engine vehicle electric battery lithium copper steel
aluminium gold wheat grain harvest drought climate emissions carbon film
festival museum artist album concert match final champion coach team league
season player goal
""".split()

RU_WORDS = """
в на и с по за из от для до при о об под над между после перед против также
уже ещё только правительство министр министра президент президента парламент
парламента банк банка банки центральный компания компании группа группы акции
акций рынок рынка рынке инвесторы инвесторов прибыль выручка квартал квартале
рост роста инфляция инфляции ставка ставки политика экономика экономики
санкции санкций экспорт экспорта импорт импорта энергетика нефть нефти газ
газа трубопровод станция станции атомная поставки спрос цены цена баррель
бюджет бюджета дефицит налог налоги реформа закон закона суд суда судья
решение иск регулятор слияние сделка сделки доля совет директоров глава главы
директор председатель аналитик аналитики заявление отчёт агентство сообщает
сообщил сообщила сообщили заявил заявила заявили рассказал подчеркнул отметил
добавил уточнил подтвердил опроверг предупредил ожидает планирует согласился
подписал подписали отклонил одобрил запустил открыл закрыл приостановил
возобновил вырос выросла выросли снизился снизилась снизились упал упала
превысил составил составила достиг город города область области край региона
граница границы армия войска переговоры переговоров саммит встреча встречи
визит посольство посол договор союз союза выборы выборов голосование кандидат
кампания оппозиция протест полиция полиции расследование задержан задержаны
обвинён подозревается приговорён пожар пожара наводнение буря землетрясение
спасатели больница врачи вакцина вспышка исследование учёные университет
университета спутник ракета запуск космос орбита технология технологии
программа микросхемы завод завода производство производства рабочие забастовка
зарплаты безработица розничные продажи потребитель жильё строительство
авиакомпания аэропорт рейс пассажиры железная дорога порт перевозки груз судно
беспилотник безопасность кибератака данные данных утечка хакеры сеть сети
интернет платформа приложение пользователи искусственный интеллект модель
стартап финансирование миллиард миллиардов миллион миллионов тысяч процент
процентов год года году месяц месяца неделя недели понедельник вторник среда
четверг пятница новый новая новые бывший старший местный федеральный
международный национальный государственный крупный рекордный сильный слабый
ранний первый второй третий следующий последний несколько многие более менее
около почти однако хотя потому пока где который которая которые их его её они
будет могут может должен был была были есть не согласно источник источники
документ документы письмо интервью конференция выступление прогноз оценка
индекс облигации доходность валюта доллар доллара евро юань рубль рубля биржа
биржи торги фонд фонды страхование кредит кредиты долг дефолт реструктуризация
банкротство ликвидность дивиденды размещение поставщик клиенты контракт
контракты заказ самолёт двигатель автомобиль электромобиль батарея литий медь
сталь алюминий золото пшеница зерно урожай засуха климат выбросы фильм
фестиваль музей художник альбом концерт матч финал чемпион тренер команда лига
сезон игрок гол
""".split()

EN_FIRST = """
James Maria Robert Elena Thomas Sofia Daniel Ingrid Victor Amara Chen Hiroshi
Fatima Omar Lucia Pierre Anders Katarina Miguel Priya Samuel Nadia Felix Greta
Hassan Olivia Marcus Yuki Diego Hannah Ivan Leila Oscar Renata Tomas Ursula
Walter Xenia Zoltan Bianca
""".split()

RU_FIRST = """
Иван Мария Сергей Елена Дмитрий Ольга Алексей Наталья Андрей Татьяна Михаил
Ирина Николай Светлана Владимир Екатерина Павел Анна Виктор Людмила Олег
Галина Игорь Юлия Роман Вера Антон Лариса Степан Жанна Артём Полина Фёдор Нина
Глеб Дарья Тимур Зоя Эдуард Ксения
""".split()

EN_SYLLABLES = """
bar ben cor dal dor el far gar hal har jen kel kor lan lar mar mel mon nor ols
par pen ral ren sal sand sel sor stal tan tel thor van ver vic wal wes win yar
zan zel brid cran fros glen hol
""".split()

RU_SYLLABLES = """
бар бел вар вол гор гри дан дол ел жар зел зор кар кол кор кра лаз ли лом мал
мар мил мор наз ник ор пан пет пол ром руб сав сам сел сол тар тим ту фад фил
хар чер шам шев яр гусь кузь лебе
""".split()

EN_ENDINGS = """
son man berg ton ford ley er ski sen field well wood stein ard etti ova ez ani
""".split()

RU_ENDINGS = "ов ев ин ский енко чук ук ян швили цев кин лов нов мин рин".split()

EN_COMPANIES = """
Group Holdings Industries Bank Energy Systems Capital Motors Pharma Airlines
Media Labs Steel
""".split()

RU_COMPANIES = """
банк нефть газ сталь энерго пром строй авиа телеком маш агро медиа
""".split()
